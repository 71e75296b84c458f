import * as client from "openid-client";
import { origin, serve } from "./node.js";
import * as settings from "./settings.js";

const { config, scope, DPoP, build = client.buildAuthorizationUrl } = settings;
const redirect_uri = `${origin}/callback`;
let checks, tokens;

const keep = async (answer) => {
  tokens = { ...tokens, ...answer };
  const { sub } = await client.fetchUserInfo(config, tokens.access_token, answer.claims().sub, { DPoP });
  return { sub, access: tokens.access_token, refresh: tokens.refresh_token, type: answer.token_type };
};

serve({
  authorize: async (prompt) => {
    const pkceCodeVerifier = client.randomPKCECodeVerifier();
    checks = { pkceCodeVerifier, expectedState: client.randomState(), expectedNonce: client.randomNonce() };
    const url = await build(config, {
      redirect_uri, scope, ...(prompt && { prompt }), state: checks.expectedState, nonce: checks.expectedNonce,
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier), code_challenge_method: "S256",
    });
    return url.href;
  },
  callback: async (url) => keep(await client.authorizationCodeGrant(config, new URL(url), checks, undefined, { DPoP })),
  refresh: async () => keep(await client.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP })),
  introspect: async () => (await client.tokenIntrospection(config, tokens.access_token)).active,
  revoke: () => client.tokenRevocation(config, tokens.refresh_token),
  signOut: () =>
    client.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: `${origin}/` }).href,
});
