// Another provider of OpenID Connect, at which Hush is a client; the argument is that
// Hush's issuer. It prints its own one, and ends with its standard input. Whoever comes
// is who they say they are.
import Provider from "./oidc-provider.mjs";
import { generateKeyPairSync } from "node:crypto";
import { setDefaultResultOrder } from "node:dns";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";

setDefaultResultOrder("ipv4first"); // localhost, where Hush listens
const hush = process.argv[2];
const server = createServer();
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const issuer = `http://localhost:${server.address().port}`;

const page = (ctx, title, body) => {
  ctx.type = "html";
  ctx.body = `<!doctype html><link rel="icon" href="data:,"><title>${title}</title><h1>${title}</h1>${body}`;
};

const provider = new Provider(issuer, {
  jwks: { keys: [{ ...generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" }), alg: "ES256", use: "sig" }] },
  clients: [{
    client_id: "hush", client_secret: "known to both", redirect_uris: [`${hush}login/callback`],
    post_logout_redirect_uris: [`${hush}login/signedout`], id_token_signed_response_alg: "ES256",
    backchannel_logout_uri: `${hush}login/backchannel`, backchannel_logout_session_required: true,
  }],
  cookies: { keys: ["for tests only"] },
  claims: { openid: ["sub"], profile: ["name"], email: ["email", "email_verified"] },
  findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id, name: `${id} of Corp`, email: `${id}@corp.test`, email_verified: true }) }),
  interactions: { url: (ctx, { uid }) => `/interaction/${uid}` },
  features: {
    devInteractions: { enabled: false },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: {
      logoutSource: (ctx, form) => page(ctx, "Leave Corp?", `<p>Hint: ${ctx.oidc.entities.IdTokenHint?.payload.sub ?? "none"}</p>${form}<button form="op.logoutForm" name="logout" value="yes">Leave</button>`),
      postLogoutSuccessSource: (ctx) => page(ctx, "Left Corp", ""),
    },
  },
  // Its own one calls nobody on this machine.
  fetch: (url, { dispatcher, ...options }) => fetch(url, options),
  renderError: (ctx, out) => page(ctx, "Trouble at Corp", `<pre>${JSON.stringify(out)}</pre>`),
  // Hush is an app of the company's own: nobody is asked.
  async loadExistingGrant(ctx) {
    const { client, session, provider } = ctx.oidc;
    const known = session.grantIdFor(client.clientId);
    if (known) return provider.Grant.find(known);
    const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope("openid profile email");
    await grant.save();
    return grant;
  },
});

// The sign-in page.
provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith("/interaction/")) return next();
  const { params, prompt } = await provider.interactionDetails(ctx.req, ctx.res);
  if (ctx.method === "POST") {
    const who = new URLSearchParams(await text(ctx.req)).get("who");
    ctx.respond = false;
    return provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: who } });
  }
  const asked = [...prompt.reasons, params.login_hint ?? ""].join(" ");
  page(ctx, "Corp", `<p>Asked for: ${asked.replaceAll("<", "&lt;")}</p><form method="post"><input name="who"><button>Sign in at Corp</button></form>`);
});
for (const event of ["server_error", "grant.error", "userinfo.error"]) provider.on(event, (ctx, error) => console.error(event, error));
provider.on("backchannel.error", (ctx, error) => console.error(error));

server.on("request", provider.callback());
console.log(issuer);
process.stdin.resume().on("end", () => process.exit());
