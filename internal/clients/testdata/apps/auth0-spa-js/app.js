import { origin, start, userinfo } from "/kit.js";
import { auth0 } from "/settings.js";

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
  revoke: () => auth0.revokeRefreshToken(),
  call: async () => (await auth0.createFetcher({ dpopNonceId: "userinfo" }).fetchWithAuth(userinfo)).json(),
});
