import * as client from "openid-client";
import { clientId, issuer, privateKey } from "./node.js";

export const config = await client.discovery(new URL(issuer), clientId, undefined, client.PrivateKeyJwt(privateKey), {
  execute: [client.allowInsecureRequests],
});
export const scope = "openid profile email";
