import { clientId, issuer, origin } from "/kit.js";

export const settings = {
  issuer,
  clientId,
  responseType: "code",
  scope: "openid profile email offline_access",
  redirectUri: `${origin}/callback`,
  postLogoutRedirectUri: `${origin}/`,
};
