import { origin, start } from "/kit.js";
import { keycloak, settings } from "/settings.js";

start({
  begin: () => keycloak.init(settings),
  tokens: () => keycloak.token && { id: keycloak.idToken, access: keycloak.token, refresh: keycloak.refreshToken },
  signIn: () => keycloak.login(),
  renew: () => keycloak.updateToken(-1), // by refresh token only
  signOut: () => keycloak.logout({ redirectUri: `${origin}/` }),
});
