import * as oauth from "oauth4webapi";
import { origin, serve } from "./node.js";
import * as settings from "./settings.js";

const { authentication, client, options, scope, server, pushed } = settings;
const redirect_uri = `${origin}/callback`;
let verifier, state, nonce, tokens;

// again repeats what is refused for want of a DPoP nonce, with the same code.
const again = async (step) => {
  try {
    return await step();
  } catch (e) {
    if (!oauth.isDPoPNonceError(e)) throw e;
    return step();
  }
};

const keep = async (answer) => {
  tokens = { ...tokens, ...answer };
  const { sub } = oauth.getValidatedIdTokenClaims(answer);
  await again(async () =>
    oauth.processUserInfoResponse(server, client, sub, await oauth.userInfoRequest(server, client, tokens.access_token, options)));
  return { sub, access: tokens.access_token, refresh: tokens.refresh_token, type: answer.token_type };
};

serve({
  authorize: async (prompt) => {
    verifier = oauth.generateRandomCodeVerifier();
    state = oauth.generateRandomState();
    nonce = oauth.generateRandomNonce();
    const parameters = new URLSearchParams({
      client_id: client.client_id, response_type: "code", redirect_uri, scope, state, nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256", ...(prompt && { prompt }),
    });
    const url = new URL(server.authorization_endpoint);
    url.search = pushed ? await pushed(parameters) : parameters;
    return url.href;
  },
  callback: async (url) => {
    const validate = pushed ? oauth.validateJwtAuthResponse : oauth.validateAuthResponse;
    const answer = await validate(server, client, new URL(url), state, options);
    return keep(await again(async () => {
      const response = await oauth.authorizationCodeGrantRequest(server, client, authentication, answer, redirect_uri, verifier, options);
      const result = await oauth.processAuthorizationCodeResponse(server, client, response, { expectedNonce: nonce, requireIdToken: true });
      await oauth.validateApplicationLevelSignature(server, response, options);
      return result;
    }));
  },
  refresh: async () =>
    keep(await again(async () => {
      const response = await oauth.refreshTokenGrantRequest(server, client, authentication, tokens.refresh_token, options);
      return oauth.processRefreshTokenResponse(server, client, response);
    })),
  introspect: async () => {
    const response = await oauth.introspectionRequest(server, client, authentication, tokens.access_token, options);
    return (await oauth.processIntrospectionResponse(server, client, response)).active;
  },
  revoke: async () =>
    oauth.processRevocationResponse(await oauth.revocationRequest(server, client, authentication, tokens.refresh_token, options)),
  signOut: () => {
    const url = new URL(server.end_session_endpoint);
    url.search = new URLSearchParams({ id_token_hint: tokens.id_token, post_logout_redirect_uri: `${origin}/` });
    return url.href;
  },
});
