import { UserManager } from "oidc-client-ts";
import { clientId, issuer, origin, start } from "/kit.js";

// settings
const manager = new UserManager({
  authority: issuer,
  client_id: clientId,
  redirect_uri: `${origin}/callback`, // of silent answers too
  post_logout_redirect_uri: `${origin}/`,
  scope: "openid profile email",
});
// end

start({
  begin: async () => {
    if (location.pathname === "/callback") await manager.signinCallback();
  },
  tokens: async () => {
    const user = await manager.getUser();
    return user && { id: user.id_token, access: user.access_token, refresh: user.refresh_token };
  },
  signIn: () => manager.signinRedirect(),
  renew: async () => {
    try {
      await manager.signinSilent();
    } catch (e) {
      await manager.removeUser(); // the library leaves it to the app
      throw e;
    }
  },
  signOut: () => manager.signoutRedirect(),
});
