import { start } from "/kit.js";
import { msal } from "/settings.js";

const scopes = ["email"]; // openid, profile and offline_access are always asked
let current = null;
const keep = (result) => (current = result && { id: result.idToken, access: result.accessToken, account: result.account });

start({
  begin: async () => {
    await msal.initialize();
    keep(await msal.handleRedirectPromise());
  },
  tokens: () => current && { id: current.id, access: current.access },
  signIn: () => msal.loginRedirect({ scopes }),
  renew: async () => {
    const { account } = current;
    current = null; // unless new ones come
    keep(await msal.acquireTokenSilent({ scopes, account, forceRefresh: true }));
  },
  signOut: () => msal.logoutRedirect({ idTokenHint: current.id }), // without it Hush asks the person
});
