import { clientId, issuer, origin } from "/kit.js";

export const settings = {
  issuer,
  clientId,
  responseType: "id_token token",
  scope: "openid profile email",
  redirectUri: `${origin}/callback`,
  silentRefreshRedirectUri: `${origin}/silent-refresh.html`,
  postLogoutRedirectUri: `${origin}/`,
};
