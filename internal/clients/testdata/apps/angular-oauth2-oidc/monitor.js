import { clientId, issuer, origin } from "/kit.js";

export const settings = {
  issuer,
  clientId,
  responseType: "code",
  scope: "openid profile email",
  redirectUri: `${origin}/callback`,
  silentRefreshRedirectUri: `${origin}/silent-refresh.html`,
  useSilentRefresh: true,
  sessionChecksEnabled: true,
  postLogoutRedirectUri: `${origin}/`,
};
