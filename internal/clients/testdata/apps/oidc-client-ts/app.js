import { start, userinfo } from "/kit.js";
import { manager } from "/settings.js";

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
  revoke: () => manager.revokeTokens(),
  watch: (update) => manager.events.addUserUnloaded(update),
  call: async () => {
    const user = await manager.getUser();
    const headers = { authorization: `DPoP ${user.access_token}`, dpop: await manager.dpopProof(userinfo, user) };
    return (await fetch(userinfo, { headers })).json();
  },
});
