// Classic: auth0-js, implicit grant, silent answers by web_message. This is how
// apps from before PKCE work; a new app uses the authorization code flow.
import { config } from "./config.js";
import { start, withErrorUri } from "./panel.js";

// In an app with one provider: import { hush } from "https://login.example.com/silent/hush.js";
const { hush } = await import(config.hush);

const webAuth = new window.auth0.WebAuth({
  domain: config.domain, // with its scheme; without one the library takes https
  clientID: config.clientId,
  redirectUri: config.redirectUri,
  responseType: "id_token token",
  audience: config.audience,
  scope: config.scope,
  overrides: {
    // Otherwise "https://" + domain + "/", which is no issuer once the domain
    // carries a scheme.
    __token_issuer: config.issuer,
    // Otherwise read from the iss of the token that is being checked.
    __jwks_uri: `${config.domain}/.well-known/jwks.json`,
  },
});

const promised = (call) =>
  new Promise((resolve, reject) => call((err, result) => (err ? reject(err) : resolve(result))));

const tokens = (result) => ({
  idToken: result.idToken,
  accessToken: result.accessToken,
  expiresIn: result.expiresIn,
});

// Any library: what renews silently, and what does so with the whole window.
const renew = hush({
  issuer: config.issuer,
  clientId: config.clientId,
  library: {
    silent: () => withErrorUri(() => promised((done) => webAuth.checkSession({ timeout: 10000 }, done))),
    redirect: async () => webAuth.authorize({ prompt: "none" }),
  },
});

start({
  hush: renew,
  signIn: () => webAuth.authorize(),
  finishSignIn: async () =>
    tokens(await promised((done) => webAuth.parseHash({ hash: window.location.hash }, done))),
  renew: async () => tokens(await renew()),
  renewBy: async (may) => tokens(await renew(may)),
  signOut: () => webAuth.logout({ returnTo: `${config.base}/` }),
});
