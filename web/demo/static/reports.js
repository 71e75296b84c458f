// Reports: auth0-spa-js, authorization code with PKCE, silent answers by
// web_message.
import { config } from "./config.js";
import { start, withErrorUri } from "./panel.js";

const client = new window.auth0.Auth0Client({
  domain: config.domain, // with its scheme, which plain http needs; no slash at the end
  clientId: config.clientId,
  cacheLocation: "memory",
  authorizationParams: {
    redirect_uri: config.redirectUri,
    audience: config.audience,
    scope: config.scope,
  },
});

// cacheMode "off" asks the provider, "cache-only" reads what a sign-in left.
// Not checkSession(): it does nothing unless this very app signed in before, so
// a sign-in at another app would go unseen.
const tokens = async (cacheMode) => {
  const t = await client.getTokenSilently({ cacheMode, detailedResponse: true, timeoutInSeconds: 10 });
  return { idToken: t.id_token, accessToken: t.access_token, expiresIn: t.expires_in };
};

start({
  signIn: () => client.loginWithRedirect(),
  signInWithPopup: async () => {
    await withErrorUri(() => client.loginWithPopup({}, { timeoutInSeconds: 300 }));
    return tokens("cache-only");
  },
  finishSignIn: async () => {
    await client.handleRedirectCallback();
    return tokens("cache-only");
  },
  renew: () => withErrorUri(() => tokens("off")),
  signOut: () => client.logout({ logoutParams: { returnTo: `${config.base}/` } }),
});
