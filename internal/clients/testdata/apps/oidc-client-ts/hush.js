import { UserManager } from "oidc-client-ts";
import { clientId, issuer, origin } from "/kit.js";
import { hush } from "https://login.hush.test/silent/hush.js";

export const manager = new UserManager({
  authority: issuer,
  client_id: clientId,
  redirect_uri: `${origin}/callback`,
  post_logout_redirect_uri: `${origin}/`,
  scope: "openid profile email",
});
export const renew = hush({ issuer, clientId, userManager: manager });
