// What the ladder knows of a library:
//
//   silent(call)      asks in a hidden iframe, with the options of the app's own call
//   refreshes()       whether it holds a refresh token, which refresh(call) uses;
//   ownWay            or that silent uses it by itself where it has one
//   popup(call, hint) with prompt=none; so does redirect(call, hint), which leaves the page
//   hint()            the ID token at hand: what is renewed is that user's and nobody else's
//   key(call)         what is asked for: tokens of one key can stand for each other
//   holds()           { sub, access, type, left }: the user and token at hand, and for
//                     how many seconds it is good; null where nobody is signed in
//   tokens(result)    what another tab may have of it; adopt(tokens, key) takes it there
//   wrap(renew)       has the library's own silent call climb the ladder

import { replace } from "./page.js";

/** The adapter of what was passed to hush(); null for none. */
export function adapter({ auth0, userManager, library }) {
  if (auth0) return forAuth0(need(auth0, "auth0", "getTokenSilently"));
  if (userManager) return forUserManager(need(userManager, "userManager", "signinSilent"));
  return library ? forAny(need(library, "library", "silent")) : null;
}

// forAny takes what an object offers of the list above, its class's methods too.
function forAny(library) {
  const adapter = { key: () => "", holds: async () => null, wrap: () => () => {} };
  for (const name of ["silent", "refreshes", "refresh", "popup", "redirect", "key", "holds", "tokens", "adopt"]) {
    if (typeof library[name] === "function") adapter[name] = (...args) => library[name](...args);
  }
  return adapter;
}

function need(object, name, method) {
  if (typeof object[method] === "function") return object;
  throw new TypeError(`hush: ${name} has no ${method}(): pass the library's object itself`);
}

const now = () => Date.now() / 1000;

function forAuth0(auth0) {
  const original = auth0.getTokenSilently.bind(auth0);
  const ask = (call, more) => original({ ...call, ...more, detailedResponse: true });
  const params = (call, more) => ({ authorizationParams: { ...call.authorizationParams, ...more } });
  const key = (call) => JSON.stringify([auth0.options?.authorizationParams, call.authorizationParams]);
  const raw = async () => (await auth0.getIdTokenClaims())?.__raw;
  const again = (call, hint) => ({ authorizationParams: { id_token_hint: hint, ...call.authorizationParams, prompt: "none" } });
  // key -> tokens of another tab, for which the library has no place, and the ID token
  // that it held: after a sign-in here, of whomever, they are old.
  const adopted = new Map();

  // cached is what the library holds, or took from another tab for the user that it holds.
  async function cached(call) {
    const { tokens, beside } = adopted.get(key(call)) ?? {};
    const claims = tokens && (await auth0.getIdTokenClaims());
    if (tokens && tokens.sub === claims?.sub && beside === claims.__raw && tokens.expires_at - 60 > now()) return detailed(tokens);
    adopted.delete(key(call));
    return ask(call, { cacheMode: "cache-only" });
  }
  const detailed = ({ sub, expires_at, ...tokens }) => ({ ...tokens, expires_in: Math.round(expires_at - now()) });

  return {
    key,
    ownWay: true,
    silent: async (call) => {
      const result = await ask(call, { ...params(call, { cookie_access: "true" }), cacheMode: "off" });
      adopted.delete(key(call));
      return result;
    },
    hint: raw,
    popup: async (call, hint) => {
      await auth0.loginWithPopup(again(call, hint));
      return ask(call, { cacheMode: "cache-only" });
    },
    redirect: (call, hint) => {
      const { pathname, search, hash } = location;
      return auth0.loginWithRedirect({ ...again(call, hint), appState: { returnTo: pathname + search + hash } });
    },
    holds: async () => {
      const claims = await auth0.getIdTokenClaims();
      const t = claims && (await cached({}));
      return claims ? { sub: claims.sub, access: t?.access_token, type: t?.token_type, left: t ? Infinity : 0 } : null;
    },
    tokens: async ({ expires_in, refresh_token, ...rest }) => ({ ...rest, sub: (await auth0.getIdTokenClaims())?.sub, expires_at: Math.floor(now()) + expires_in }),
    adopt: async (tokens, id) => {
      adopted.set(id, { tokens, beside: await raw() });
      return detailed(tokens);
    },
    wrap: (renew) => replace(auth0, "getTokenSilently", async ({ cacheMode = "on", detailedResponse, ...call } = {}) => {
      let result = cacheMode === "off" ? undefined : await cached(call);
      if (!result && cacheMode !== "cache-only") result = await renew(call);
      return detailedResponse ? result : result?.access_token;
    }),
  };
}

// The members of its User that another tab may have: not the refresh token, of which
// each tab has its own.
const SHARED = ["id_token", "access_token", "token_type", "scope", "session_state", "profile", "expires_at"];

function forUserManager(manager) {
  const original = manager.signinSilent.bind(manager);
  const query = (call, more) => ({ ...manager.settings.extraQueryParams, ...call.extraQueryParams, ...more });
  return {
    key: (call) => JSON.stringify([manager.settings.scope, manager.settings.resource, query(call), call]),
    silent: (call) => original({ ...call, forceIframeAuth: true, extraQueryParams: query(call, { cookie_access: "true" }) }),
    refreshes: async () => Boolean((await manager.getUser())?.refresh_token),
    refresh: (call) => original(call),
    hint: async () => (await manager.getUser())?.id_token,
    popup: (call, hint) => manager.signinPopup({ id_token_hint: hint, ...call, prompt: "none" }),
    redirect: (call, hint) => manager.signinRedirect({ id_token_hint: hint, ...call, prompt: "none" }),
    holds: async () => {
      const user = await manager.getUser();
      return user && { sub: user.profile.sub, access: user.access_token, type: user.token_type, left: user.expires_in ?? Infinity };
    },
    tokens: async (user) => ({ sub: user.profile.sub, ...Object.fromEntries(SHARED.map((name) => [name, user[name]])) }),
    adopt: async (tokens) => {
      const user = await manager.getUser();
      for (const name of SHARED) user[name] = tokens[name];
      await manager.storeUser(user);
      return manager.getUser(true);
    },
    wrap: (renew) => replace(manager, "signinSilent", (call = {}) => renew(call)),
  };
}
