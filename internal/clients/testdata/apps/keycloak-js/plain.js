import Keycloak from "keycloak-js";
import { clientId, issuer, origin } from "/kit.js";

export const keycloak = new Keycloak({ oidcProvider: issuer, clientId });
export const settings = {
  onLoad: "check-sso",
  silentCheckSsoRedirectUri: `${origin}/silent-check-sso.html`,
  checkLoginIframe: false, // it does not speak OpenID Connect Session Management
};
