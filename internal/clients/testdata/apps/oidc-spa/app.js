import { createOidc, oidcEarlyInit } from "oidc-spa/core";
import { clientId, issuer, start } from "/kit.js";

// settings
const { shouldLoadApp } = oidcEarlyInit({ BASE_URL: "/" }); // the redirect URI is <origin>/
const settings = { issuerUri: issuer, clientId, scopes: ["profile", "email"] };
// end

let oidc;

if (shouldLoadApp) {
  start({
    begin: async () => (oidc = await createOidc(settings)),
    tokens: async () => {
      if (!oidc.isUserLoggedIn) return null;
      const { idToken, accessToken, refreshToken } = await oidc.getTokens();
      return { id: idToken, access: accessToken, refresh: refreshToken };
    },
    signIn: () => oidc.login(),
    renew: () => oidc.renewTokens(),
    signOut: () => oidc.logout({ redirectTo: "home" }),
  });
}
