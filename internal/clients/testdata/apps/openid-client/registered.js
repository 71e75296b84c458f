import * as client from "openid-client";
import { initialAccessToken, issuer, origin } from "./node.js";

const metadata = {
  client_name: "Self-made",
  redirect_uris: [`${origin}/callback`],
  post_logout_redirect_uris: [`${origin}/`],
  token_endpoint_auth_method: "client_secret_post", // what the library does unless told otherwise
};
export const config = await client.dynamicClientRegistration(new URL(issuer), metadata, undefined, {
  initialAccessToken,
  execute: [client.allowInsecureRequests],
});
export const scope = "openid profile email";
