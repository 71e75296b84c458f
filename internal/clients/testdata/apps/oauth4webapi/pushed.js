import * as oauth from "oauth4webapi";
import { clientId, clientSecret, issuer } from "./node.js";

export const options = { [oauth.allowInsecureRequests]: true };
const identifier = new URL(issuer);
export const server = await oauth.processDiscoveryResponse(identifier, await oauth.discoveryRequest(identifier, options));
export const client = { client_id: clientId };
export const authentication = oauth.ClientSecretBasic(clientSecret);
export const scope = "openid profile email";

export async function pushed(parameters) {
  parameters.set("response_mode", "jwt"); // JARM: then validateJwtAuthResponse()
  const response = await oauth.pushedAuthorizationRequest(server, client, authentication, parameters, options);
  const { request_uri } = await oauth.processPushedAuthorizationResponse(server, client, response);
  return new URLSearchParams({ client_id: clientId, request_uri });
}
