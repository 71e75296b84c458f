import * as oauth from "oauth4webapi";
import { clientId, clientSecret, issuer, origin, serve } from "./node.js";

// settings
const options = { [oauth.allowInsecureRequests]: true }; // for http://localhost only
const identifier = new URL(issuer);
const server = await oauth.processDiscoveryResponse(identifier, await oauth.discoveryRequest(identifier, options));
const client = { client_id: clientId };
const authentication = oauth.ClientSecretBasic(clientSecret);
// end

const redirect_uri = `${origin}/callback`;
let verifier, state, nonce, tokens;

const keep = async (answer) => {
  tokens = answer;
  const { sub } = oauth.getValidatedIdTokenClaims(tokens);
  const response = await oauth.userInfoRequest(server, client, tokens.access_token, options);
  await oauth.processUserInfoResponse(server, client, sub, response);
  return { sub, access: tokens.access_token, refresh: tokens.refresh_token };
};

serve({
  authorize: async (prompt) => {
    verifier = oauth.generateRandomCodeVerifier();
    state = oauth.generateRandomState();
    nonce = oauth.generateRandomNonce();
    const url = new URL(server.authorization_endpoint);
    url.search = new URLSearchParams({
      client_id: clientId, response_type: "code", redirect_uri, scope: "openid profile email", state, nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256", ...(prompt && { prompt }),
    });
    return url.href;
  },
  callback: async (url) => {
    const answer = oauth.validateAuthResponse(server, client, new URL(url), state);
    const response = await oauth.authorizationCodeGrantRequest(server, client, authentication, answer, redirect_uri, verifier, options);
    const result = await oauth.processAuthorizationCodeResponse(server, client, response, { expectedNonce: nonce, requireIdToken: true });
    await oauth.validateApplicationLevelSignature(server, response, options);
    return keep(result);
  },
  signOut: () => {
    const url = new URL(server.end_session_endpoint);
    url.search = new URLSearchParams({ id_token_hint: tokens.id_token, post_logout_redirect_uri: `${origin}/` });
    return url.href;
  },
});
