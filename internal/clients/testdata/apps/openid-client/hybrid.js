import * as client from "openid-client";
import { clientId, clientSecret, issuer } from "./node.js";

export const config = await client.discovery(new URL(issuer), clientId, clientSecret, undefined, {
  execute: [client.allowInsecureRequests, client.useCodeIdTokenResponseType],
});
export const scope = "openid profile email";
