import { WebAuth } from "auth0-js";
import { clientId, issuer, origin, start } from "/kit.js";

// settings
const webAuth = new WebAuth({
  domain: new URL(issuer).host, // the issuer is https://<domain>/, with the slash
  clientID: clientId,
  redirectUri: `${origin}/callback`,
  responseType: "id_token token",
  scope: "openid profile email",
});
// end

let current = null;
const promised = (call) => new Promise((ok, fail) => call((err, result) => (err ? fail(err) : ok(result))));
const keep = (result) => (current = { id: result.idToken, access: result.accessToken });

start({
  begin: async () => {
    if (location.pathname === "/callback") keep(await promised((done) => webAuth.parseHash(done)));
  },
  tokens: () => current,
  signIn: () => webAuth.authorize(),
  renew: async () => {
    current = null; // unless new ones come
    keep(await promised((done) => webAuth.checkSession({}, done)));
  },
  signOut: () => webAuth.logout({ returnTo: `${origin}/` }),
});
