// Reports: auth0-spa-js, authorization code with PKCE, silent answers by
// web_message.
import { config } from "./config.js";
import { start, withErrorUri } from "./panel.js";

// In an app with one provider: import { hush } from "https://login.example.com/silent/hush.js";
const { hush } = await import(config.hush);

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

// The one line: from here on getTokenSilently() renews wherever a way is left.
const renew = hush({ issuer: config.issuer, clientId: config.clientId, auth0: client });

// cacheMode "off" asks the provider, "cache-only" reads what a sign-in left.
// Not checkSession(): it does nothing unless this very app signed in before, so
// a sign-in at another app would go unseen.
const tokens = async (cacheMode) => {
  return renewed(await client.getTokenSilently({ cacheMode, detailedResponse: true, timeoutInSeconds: 10 }));
};
const renewed = (t) => ({ idToken: t.id_token, accessToken: t.access_token, expiresIn: t.expires_in });

start({
  hush: renew,
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
  renewBy: (may) => withErrorUri(async () => renewed(await renew(may))),
  signOut: () => client.logout({ logoutParams: { returnTo: `${config.base}/` } }),
});
