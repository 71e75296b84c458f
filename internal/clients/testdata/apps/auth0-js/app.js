import { origin, start } from "/kit.js";
import { webAuth } from "/settings.js";

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
