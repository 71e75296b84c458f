// The rungs, one after the other, until one brings tokens.
import { ACCESS, COOKIE } from "./report.js";

const FEDCM = 5000; // ms: browsers delay their refusals, up to minutes, on purpose
// Reasons of a refusal in a frame that another rung may help against. A session that was
// not moved to this host yet is moved by the window.
const ELSEWHERE = [...COOKIE, "session_not_here"];
const QUIET = 600_000; // ms in which a browser answers one silent FedCM request only

/**
 * Returns { result }, what the library's call resolves to, or { leaves: true, error, hint }
 * where the page is to be left; or throws the library's own error.
 */
export async function ladder(c) {
  let first; // what the app gets if nothing works
  // The user at hand, before a refusal makes the library forget them.
  if (c.may.popup || c.may.redirect) c.hint = await c.library.hint?.();
  for (const [rung, step] of await steps(c)) {
    try {
      const done = await step(c);
      if (done) return { error: first, ...done };
    } catch (err) {
      const failure = c.page.failure(err);
      c.trail.failed(rung, failure);
      // The app asked its library: of what hush.js tried besides it need not know.
      if (step === frame || step === refresh) first = err;
      if (!goesOn(step, failure)) {
        c.trail.over(failure);
        break;
      }
    }
  }
  for (const way of ["popup", "redirect"]) {
    if (!c.library[way]) c.trail.skip(way, `There is no ${way}() of this library.`);
  }
  c.page.memory.write({ failed: Date.now() });
  throw first ?? new Error("hush: no rung was left to try: see renew.report()");
}

async function steps({ may, page, library, mayFedCM }) {
  // At once where all else failed a moment ago: a click counts for seconds only.
  const hopeless = may.popup && Date.now() - (page.memory.read().failed ?? 0) < QUIET;
  return [
    hopeless && ["popup", popup],
    (await library.refreshes?.()) && ["refresh-token", refresh],
    ["frame", frame],
    mayFedCM && ["fedcm", fedcm],
    may.popup && !hopeless && ["popup", popup],
    may.redirect && ["redirect", redirect],
  ].filter(Boolean);
}

// goesOn tells whether a failure may be of the way and not about the user.
function goesOn(step, { error, reason }) {
  if (step === refresh) return ["invalid_grant", "login_required", "missing_refresh_token"].includes(error);
  if (step === frame) return error === "timeout" || (error === "login_required" && (reason === "" || ELSEWHERE.includes(reason)));
  return true;
}

async function refresh({ library, trail, call }) {
  const result = await library.refresh(call);
  trail.used("refresh-token");
  return { result };
}

async function frame({ library, trail, page, call }) {
  const before = page.begin();
  const result = await library.silent(call);
  const { answer, frames, refreshed } = page.since(before);
  if (refreshed || (library.ownWay && !frames)) trail.used("refresh-token");
  else trail.framed(ACCESS[answer?.cookie_access]);
  return { result };
}

// fedcm has the browser say that the user still wants it, and asks in the frame again:
// the provider of a connected account has storage access there. The browser is asked
// only where an account was chosen before, or on a click.
async function fedcm(c) {
  const { may, page, trail } = c;
  const { connected = 0, asked = 0 } = page.memory.read();
  if (!("IdentityCredential" in globalThis)) return trail.skip("fedcm", "This browser has no FedCM.");
  if (!may.choose) {
    if (!connected) return trail.skip("fedcm", "No account was chosen on this site yet: renew({ choose: true }) on a click.");
    if (Date.now() - asked < QUIET) return trail.skip("fedcm", "The browser was asked silently in the last ten minutes.");
    page.memory.write({ asked: Date.now() });
  }
  await assertion(c.home, may.choose);
  page.memory.write({ connected: Date.now() });
  const done = await frame({ ...c, trail: { framed() {}, used() {} } });
  trail.used("fedcm");
  return done;
}

// assertion asks for one. Its token is not used: that it was given opens the frame.
function assertion({ base, clientId }, choose) {
  const random = () => {
    const text = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))));
    return text.replaceAll("+", "-").replaceAll("/", "_").replace("=", "");
  };
  const params = { response_type: "code", scope: "openid", nonce: random(), code_challenge: random(), code_challenge_method: "S256" };
  return navigator.credentials.get({
    mediation: choose ? "optional" : "silent",
    ...(!choose && { signal: AbortSignal.timeout(FEDCM) }),
    identity: {
      ...(choose && navigator.userActivation?.isActive && { mode: "active" }),
      providers: [{ configURL: `${base}fedcm/config.json`, clientId, params }],
    },
  });
}

async function popup({ library, trail, call, hint }) {
  if (!library.popup) return undefined;
  if (navigator.userActivation?.isActive === false) return trail.skip("popup", "It needs a click: call renew({ popup: true }) in its handler.");
  const result = await library.popup(call, hint);
  trail.used("popup");
  return { result };
}

// redirect is left to the caller, who holds no other tab up meanwhile. Once until a
// renewal works: what came back refused must not leave again.
async function redirect({ library, trail, page, hint }) {
  if (!library.redirect) return undefined;
  if (page.memory.read().redirected) return trail.skip("redirect", "It was tried already, and came back refused.");
  page.memory.write({ redirected: Date.now() });
  return { leaves: true, hint };
}
