import { createOidc } from "oidc-spa/core";
import { start, userinfo } from "/kit.js";
import { settings, shouldLoadApp } from "/settings.js";

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
    call: async () => {
      const { accessToken } = await oidc.getTokens();
      return (await fetch(userinfo, { headers: { authorization: `Bearer ${accessToken}` } })).json(); // made DPoP on its way
    },
  });
}
