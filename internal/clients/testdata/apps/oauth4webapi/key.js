import * as oauth from "oauth4webapi";
import { clientId, issuer, privateKey } from "./node.js";

export const options = { [oauth.allowInsecureRequests]: true };
const identifier = new URL(issuer);
export const server = await oauth.processDiscoveryResponse(identifier, await oauth.discoveryRequest(identifier, options));
export const client = { client_id: clientId };
export const authentication = oauth.PrivateKeyJwt(privateKey);
export const scope = "openid profile email";
