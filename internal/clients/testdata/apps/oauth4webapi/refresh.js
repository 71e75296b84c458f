import * as oauth from "oauth4webapi";
import { clientId, clientSecret, issuer } from "./node.js";

export const options = { [oauth.allowInsecureRequests]: true };
const identifier = new URL(issuer);
export const server = await oauth.processDiscoveryResponse(identifier, await oauth.discoveryRequest(identifier, options));
export const client = { client_id: clientId };
export const authentication = oauth.ClientSecretBasic(clientSecret);
export const scope = "openid profile email offline_access";
