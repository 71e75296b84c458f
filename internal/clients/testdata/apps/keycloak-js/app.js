import Keycloak from "keycloak-js";
import { clientId, issuer, origin, start } from "/kit.js";

// settings
const keycloak = new Keycloak({ oidcProvider: issuer, clientId });
const settings = {
  onLoad: "check-sso",
  silentCheckSsoRedirectUri: `${origin}/silent-check-sso.html`,
  checkLoginIframe: false, // Hush has no check_session_iframe
};
// end

start({
  begin: () => keycloak.init(settings),
  tokens: () => keycloak.token && { id: keycloak.idToken, access: keycloak.token, refresh: keycloak.refreshToken },
  signIn: () => keycloak.login(),
  renew: () => keycloak.updateToken(-1), // by refresh token only
  signOut: () => keycloak.logout({ redirectUri: `${origin}/` }),
});
