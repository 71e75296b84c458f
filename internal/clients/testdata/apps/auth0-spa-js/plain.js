import { Auth0Client } from "@auth0/auth0-spa-js";
import { clientId, issuer, origin } from "/kit.js";

export const auth0 = new Auth0Client({
  domain: new URL(issuer).host, // the issuer is https://<domain>/, with the slash
  clientId,
  authorizationParams: { redirect_uri: `${origin}/callback` },
});
