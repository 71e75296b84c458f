import { clientId, issuer, origin } from "/kit.js";

export const settings = {
  issuer, // with its slash, byte for byte
  clientId,
  responseType: "code",
  scope: "openid profile email",
  redirectUri: `${origin}/callback`,
  silentRefreshRedirectUri: `${origin}/silent-refresh.html`,
  useSilentRefresh: true,
  postLogoutRedirectUri: `${origin}/`,
};
