import { Auth0Client } from "@auth0/auth0-spa-js";
import { clientId, issuer, origin } from "/kit.js";
import { hush } from "https://login.hush.test/silent/hush.js";

export const auth0 = new Auth0Client({
  domain: new URL(issuer).host,
  clientId,
  authorizationParams: { redirect_uri: `${origin}/callback` },
});
export const renew = hush({ issuer, clientId, auth0 });
