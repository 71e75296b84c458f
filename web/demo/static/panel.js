// The page that the three demo apps share: who is signed in, the tokens, the
// renewal before they expire, and the log of silent attempts. It knows nothing
// about a library; an app passes start() these functions:
//
//   hush               what hush() returned: how the tokens were renewed, and why so
//   signIn()           leaves for the provider
//   signInOffline()    optional: the same, with a refresh token
//   finishSignIn()     on the callback page: resolves to tokens
//   renew()            silently: resolves to tokens
//   renewBy(may)       the same, with a click's leave for a popup and the like
//   signOut()          forgets the tokens and leaves for the provider
//   signInWithPopup()  optional: resolves to tokens
//   forget()           optional: drops what the library still holds
//   confirm(challenge) optional: leaves for the provider, where the user confirms
//                      who they are
//
// where tokens are { idToken, accessToken, expiresIn }, from confirm with the state
// "payout", and a failure is rejected
// with error, error_description and, if the library hands it on, error_uri.
import { beside, changeHost, config } from "./config.js";
import * as view from "./view.js";

const RECHECK_MS = 5000; // at most one check per this long when a tab comes back
const RETRY_MS = [5000, 15000, 60000]; // after a failure that says nothing about the user

const LISTEN_MS = 2000; // how often this app's server is asked whether the session ended

const UNKNOWN_LIFE = 300; // seconds, of a token that does not say how long it lives

let app;
let session = null; // { idToken, accessToken, id, access, life, expires }
let running = null; // the one silent attempt in flight
let busy = false; // signing in or out: no silent attempt beside it
let lastAttempt = 0;
let failures = 0;
let needsSignIn = false; // the provider wants the user, though tokens may still be good
let timer;

/** Runs a demo app. */
export async function start(adapter) {
  app = adapter;
  view.onClick("signin", () => leave(app.signIn));
  view.onClick("signin-popup", signInWithPopup);
  view.onClick("signout", signOut);
  view.onClick("signin-offline", () => leave(app.signInOffline));
  view.onClick("renew", () => attempt("button"));
  view.onClick("beside", changeHost);
  if (beside) view.label("beside", "Use the provider’s main host");
  view.onClick("renew-choose", () => attempt("account chooser", { choose: true }));
  view.onClick("renew-popup", () => attempt("popup", { popup: true }));
  view.onClick("renew-redirect", () => attempt("redirect", { redirect: true }));
  view.onClick("call-api", () => view.callAPI(session?.accessToken));
  view.onClick("call-api-id-token", () => view.callAPI(session?.idToken));
  view.onClick("payout", showPayout);
  setInterval(tick, 1000);
  setInterval(listen, LISTEN_MS);

  if (isAnswer()) await finishSignIn();
  else await attempt("page load");

  document.addEventListener("visibilitychange", recheck);
  window.addEventListener("pageshow", (e) => {
    // Back from the provider through the back/forward cache.
    if (!e.persisted) return;
    busy = false;
    attempt("page restored");
  });
}

/**
 * Runs a silent attempt and adds error_uri to its failure: auth0-spa-js and
 * auth0-js drop it from the answer, which is readable beside them.
 */
export async function withErrorUri(call) {
  const provider = new URL(config.issuer).origin;
  let uri;
  const listen = (e) => {
    if (e.origin === provider && e.data?.type === "authorization_response") uri = e.data.response?.error_uri;
  };
  window.addEventListener("message", listen);
  try {
    return await call();
  } catch (err) {
    if (uri && err && !err.error_uri) err.error_uri = uri;
    throw err;
  } finally {
    window.removeEventListener("message", listen);
  }
}

/** Asks anew, for an app whose library saw that the session is over. */
export const sessionChanged = () => attempt("session changed");

// ---- silent attempts

function attempt(trigger, may) {
  if (busy) return Promise.resolve();
  running ??= run(trigger, may).finally(() => {
    running = null;
    view.renewing(false);
  });
  return running;
}

async function run(trigger, may) {
  clearTimeout(timer);
  lastAttempt = Date.now();
  view.renewing(true);
  const began = performance.now();
  const entry = { trigger, at: new Date() };
  try {
    const tokens = await (may ? app.renewBy(may) : app.renew());
    view.log({ ...entry, ms: performance.now() - began, rung: app.hush.report().rung });
    accept(tokens);
  } catch (err) {
    const failure = view.describe(err);
    view.log({ ...entry, ms: performance.now() - began, failure });
    if (!busy) await refuse(failure);
  } finally {
    view.rungs(app.hush.report());
  }
}

function accept(tokens) {
  if (busy) return; // the user is on the way out
  const id = view.decode(tokens.idToken);
  const access = view.decode(tokens.accessToken);
  // expiresIn before exp: it does not depend on this machine's clock.
  let life = tokens.expiresIn || (access?.exp ?? 0) - Date.now() / 1000;
  if (!(life > 0)) life = UNKNOWN_LIFE;
  session = { ...tokens, id, access, life, expires: Date.now() + life * 1000 };
  failures = 0;
  needsSignIn = false;
  view.notice("");
  view.error("");
  show();
  // 60 s before the end, or at three quarters of a short life.
  schedule((life - Math.min(60, life / 4)) * 1000);
}

async function refuse(failure) {
  switch (failure.error) {
    case "login_required":
      if (failure.reason.startsWith("cookie_")) {
        // The way in was shut, which says nothing about the user: the tokens are kept.
        view.notice(session ? "The tokens could not be renewed, and are kept until they expire." : "", failure);
        needsSignIn = Boolean(session);
        return show();
      }
      view.notice(session ? "You were signed out." : "", failure);
      return signedOut();
    case "consent_required":
    case "interaction_required":
      view.notice(`${failure.error === "consent_required" ? "This app needs your consent" : "The provider needs you"}: sign in.`, failure);
      needsSignIn = true;
      return show();
    case "access_denied":
      if (failure.reason !== "rule_denied") break;
      view.notice("You may not use this app.", failure);
      return signedOut();
  }
  // An outage or a timeout says nothing about the user: the tokens are kept.
  view.notice("Asking silently failed.", failure);
  show();
  if (session) schedule(RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)]);
}

async function signedOut() {
  session = null;
  needsSignIn = false;
  clearTimeout(timer);
  show();
  await app.forget?.();
}

function schedule(ms) {
  clearTimeout(timer);
  timer = setTimeout(() => attempt("before expiry"), Math.min(Math.max(ms, 1000), 2 ** 31 - 1));
}

// recheck notices a sign-out, or a sign-in, that happened elsewhere.
function recheck() {
  if (document.visibilityState === "visible" && Date.now() - lastAttempt >= RECHECK_MS) attempt("tab visible");
}

function tick() {
  view.countdown(session?.expires);
  // Without consent the tokens are not renewed: they end with their own expiry.
  if (session && needsSignIn && Date.now() >= session.expires) signedOut();
}

// listen asks this app's own server whether the provider told it that the session
// ended, by back-channel or front-channel logout.
async function listen() {
  const sid = session?.id?.sid;
  if (!sid || busy || document.visibilityState !== "visible") return;
  const told = await view.told(sid);
  if (!told || busy || session?.id?.sid !== sid) return;
  view.notice(`You were signed out: this app was told by ${told.how} logout.`);
  await signedOut();
}

// ---- what the user has to confirm

// showPayout calls an API that wants to know that it is really the user. Where it
// says so, they confirm it, and are back here with a token that says more.
async function showPayout() {
  const challenge = await view.callAPI(session?.accessToken, "/payout");
  if (challenge) await leave(() => app.confirm(challenge));
}

// ---- signing in and out

// isAnswer says whether the URL carries the provider's answer to a sign-in.
function isAnswer() {
  if (window.location.pathname !== config.callbackPath) return false;
  return view.answer().has("state") || view.answer().has("error");
}

async function finishSignIn() {
  const answer = view.answer(); // some libraries clear the URL
  try {
    const tokens = await app.finishSignIn();
    accept(tokens);
    // Once: a challenge that comes again is shown and not followed.
    if (tokens.state === "payout") await view.callAPI(session.accessToken, "/payout");
  } catch (err) {
    view.error("Signing in failed.", view.describe(err, answer));
    await signedOut();
  } finally {
    window.history.replaceState(null, "", "/");
  }
}

// signInWithPopup keeps silent attempts away meanwhile: auth0-spa-js would take
// the iframe's message for the popup's.
async function signInWithPopup() {
  busy = true;
  let tokens;
  try {
    tokens = await app.signInWithPopup();
  } catch (err) {
    view.error("Signing in failed.", view.describe(err));
  }
  busy = false;
  if (tokens) accept(tokens);
}

async function leave(go) {
  busy = true;
  view.error("");
  try {
    await go();
  } catch (err) {
    busy = false;
    view.error("The provider could not be reached.", view.describe(err));
  }
}

async function signOut() {
  await signedOut();
  await leave(app.signOut);
}

function show() {
  view.session(session, needsSignIn);
}
