import { Auth0Client } from "@auth0/auth0-spa-js";
import { clientId, issuer, origin, start } from "/kit.js";

// settings
const auth0 = new Auth0Client({
  domain: new URL(issuer).host, // the issuer is https://<domain>/, with the slash
  clientId,
  authorizationParams: { redirect_uri: `${origin}/callback` },
});
// end

start({
  begin: async () => {
    if (location.pathname === "/callback") await auth0.handleRedirectCallback();
  },
  tokens: async () => {
    const claims = await auth0.getIdTokenClaims();
    if (!claims) return null;
    return { id: claims.__raw, access: await auth0.getTokenSilently({ cacheMode: "cache-only" }) };
  },
  signIn: () => auth0.loginWithRedirect(),
  renew: () => auth0.getTokenSilently({ cacheMode: "off" }),
  signOut: () => auth0.logout({ logoutParams: { returnTo: `${origin}/` } }),
});
