import * as oauth from "oauth4webapi";
import { initialAccessToken, issuer, origin } from "./node.js";

export const options = { [oauth.allowInsecureRequests]: true };
const identifier = new URL(issuer);
export const server = await oauth.processDiscoveryResponse(identifier, await oauth.discoveryRequest(identifier, options));
const metadata = {
  client_name: "Self-made",
  redirect_uris: [`${origin}/callback`],
  post_logout_redirect_uris: [`${origin}/`],
};
const registration = await oauth.dynamicClientRegistrationRequest(server, metadata, { ...options, initialAccessToken });
export const client = await oauth.processDynamicClientRegistrationResponse(registration);
export const authentication = oauth.ClientSecretBasic(client.client_secret);
export const scope = "openid profile email";
