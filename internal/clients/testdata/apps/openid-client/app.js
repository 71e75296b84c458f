import * as client from "openid-client";
import { clientId, clientSecret, issuer, origin, serve } from "./node.js";

// settings
const config = await client.discovery(new URL(issuer), clientId, clientSecret, undefined, {
  execute: [client.allowInsecureRequests], // for http://localhost only
});
// end

const redirect_uri = `${origin}/callback`;
let checks, tokens;

const keep = async (answer) => {
  tokens = answer;
  const { sub } = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
  return { sub, access: tokens.access_token, refresh: tokens.refresh_token };
};

serve({
  authorize: async (prompt) => {
    const pkceCodeVerifier = client.randomPKCECodeVerifier();
    checks = { pkceCodeVerifier, expectedState: client.randomState(), expectedNonce: client.randomNonce() };
    return client.buildAuthorizationUrl(config, {
      redirect_uri, scope: "openid profile email", ...(prompt && { prompt }),
      state: checks.expectedState, nonce: checks.expectedNonce,
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier), code_challenge_method: "S256",
    }).href;
  },
  callback: async (url) => keep(await client.authorizationCodeGrant(config, new URL(url), checks)),
  signOut: () =>
    client.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: `${origin}/` }).href,
});
