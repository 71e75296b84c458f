import { UserManager } from "oidc-client-ts";
import { clientId, issuer, origin } from "/kit.js";

export const manager = new UserManager({
  authority: issuer,
  client_id: clientId,
  redirect_uri: `${origin}/callback`,
  post_logout_redirect_uri: `${origin}/`,
  scope: "openid profile email",
  fetchRequestCredentials: "include", // so that a renewal cookie can be planted
});
