// Runs in the hidden iframe of the Orders app: hands the answer that stands in
// this page's URL to the window that asked.
import { config } from "./config.js";

new window.oidc.UserManager({
  authority: config.issuer,
  client_id: config.clientId,
  redirect_uri: config.redirectUri,
}).signinSilentCallback();
