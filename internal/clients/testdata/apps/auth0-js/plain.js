import { WebAuth } from "auth0-js";
import { clientId, issuer, origin } from "/kit.js";

export const webAuth = new WebAuth({
  domain: new URL(issuer).host, // the issuer is https://<domain>/, with the slash
  clientID: clientId,
  redirectUri: `${origin}/callback`,
  responseType: "id_token token",
  scope: "openid profile email",
});
