// Orders: oidc-client-ts, authorization code with PKCE.
import { config } from "./config.js";
import { sessionChanged, start } from "./panel.js";

// In an app with one provider: import { hush } from "https://login.example.com/silent/hush.js";
const { hush } = await import(config.hush);

const { InMemoryWebStorage, UserManager, WebStorageStateStore } = window.oidc;

const manager = new UserManager({
  authority: config.issuer,
  client_id: config.clientId,
  redirect_uri: config.redirectUri,
  silent_redirect_uri: config.silentRedirectUri,
  scope: config.scope,
  extraQueryParams: { audience: config.audience }, // sent by signinSilent too
  // Tokens stay in memory, so a reload renews silently. The state of a sign-in
  // has to survive the redirect.
  userStore: new WebStorageStateStore({ store: new InMemoryWebStorage() }),
  stateStore: new WebStorageStateStore({ store: window.sessionStorage }),
  automaticSilentRenew: false, // the panel renews, so that it can log it
  monitorSession: true, // a sign-out in another tab is noticed within two seconds
});
manager.events.addUserSignedOut(sessionChanged);

// The one line: from here on signinSilent() renews wherever a way is left.
const renew = hush({ issuer: config.issuer, clientId: config.clientId, userManager: manager });

const tokens = (user) => ({
  idToken: user.id_token,
  accessToken: user.access_token,
  expiresIn: user.expires_in,
});

start({
  hush: renew,
  signIn: () => manager.signinRedirect(),
  signInOffline: () => manager.signinRedirect({ scope: `${config.scope} offline_access` }),
  finishSignIn: async () => {
    if (window.opener) { // a popup: the page that opened it takes the answer, and closes it
      await manager.signinPopupCallback();
      return new Promise(() => {});
    }
    const user = await manager.signinRedirectCallback();
    return { ...tokens(user), state: user.state };
  },
  // What the API asks for in its challenge (RFC 9470) goes into the request as is.
  confirm: ({ acrValues, maxAge }) => manager.signinRedirect({ acr_values: acrValues, max_age: maxAge, state: "payout" }),
  renew: async () => tokens(await manager.signinSilent()),
  renewBy: async (may) => tokens(await renew(may)),
  forget: () => manager.removeUser(),
  signOut: async () => {
    await manager.removeUser();
    const query = new URLSearchParams({ client_id: config.clientId, returnTo: `${config.base}/` });
    window.location.assign(`${config.domain}/v2/logout?${query}`);
  },
});
