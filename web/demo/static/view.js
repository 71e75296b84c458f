// What panel.js shows: plain functions from data to the page.
import { config } from "./config.js";

const LOG_ROWS = 50;
const $ = (id) => document.getElementById(id);

/** Binds a button, if this app has it. */
export function onClick(id, run) {
  $(id)?.addEventListener("click", () => run());
}

/** Names a button. */
export function label(id, text) {
  $(id).textContent = text;
}

/** Decodes a JWT's claims for display. Checking the token is its receiver's job. */
export function decode(jwt) {
  try {
    const part = jwt.split(".")[1].replace(/-/g, "+").replace(/_/g, "/");
    const bytes = Uint8Array.from(atob(part), (c) => c.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null; // an opaque token
  }
}

/** The answer's parameters: in the query, or in the fragment of the implicit grant. */
export function answer() {
  const { search, hash } = window.location;
  return new URLSearchParams(search.length > 1 ? search : hash.slice(1));
}

/**
 * Brings the libraries' different failures into one form. Where the library drops
 * error_uri, it is taken from the answer in the URL, if that is the same failure.
 */
export function describe(err, params) {
  const uri = params?.get("error") === err?.error ? params?.get("error_uri") : "";
  const network = err instanceof TypeError;
  const timeout = err?.name === "ErrorTimeout";
  return {
    error: err?.error || err?.code || (timeout && "timeout") || (network && "network_error") || "error",
    description: err?.error_description || err?.errorDescription || err?.description || err?.message || "",
    ...reason(err?.error_uri || uri),
  };
}

// reason is the last segment of the provider's error page. Other addresses are
// not linked: an answer's URL is not written by the provider alone.
function reason(uri) {
  const base = `${config.domain}/errors/`;
  if (typeof uri !== "string" || !uri.startsWith(base)) return { reason: "" };
  const code = uri.slice(base.length);
  return /^[\w.-]{1,64}$/.test(code) ? { reason: code, uri } : { reason: "" };
}

/** Shows the session, or that there is none. */
export function session(s, needsSignIn) {
  const id = s?.id;
  $("state").textContent = s ? "signed-in" : "signed-out";
  $("user").textContent = id ? id.name || id.preferred_username || id.email || id.sub : "";
  $("id-claims").textContent = id ? JSON.stringify(id, null, 2) : "";
  $("access-claims").textContent = s ? JSON.stringify(s.access ?? "opaque token", null, 2) : "";
  for (const button of ["signin", "signin-popup", "signin-offline"]) {
    if ($(button)) $(button).hidden = Boolean(s) && !needsSignIn;
  }
  $("signout").hidden = !s;
  for (const button of ["call-api", "call-api-id-token", "payout"]) {
    if ($(button)) $(button).disabled = !s;
  }
  if (!s) $("api-result").textContent = "";
  countdown(s?.expires);
}

/** Shows how long the access token still lives. */
export function countdown(expires) {
  const left = expires ? Math.max(0, Math.ceil((expires - Date.now()) / 1000)) : null;
  const two = (n) => String(n).padStart(2, "0");
  const hours = left >= 3600 ? `${Math.floor(left / 3600)}:` : "";
  $("countdown").textContent =
    left === null ? "–" : left === 0 ? "0:00" : `${hours}${two(Math.floor(left / 60) % 60)}:${two(left % 60)}`;
}

/** How the session ended, as far as this app's server was told; null: it was not. */
export async function told(sid) {
  try {
    const answer = await fetch(`/told?${new URLSearchParams({ sid })}`);
    return answer.ok ? await answer.json() : null;
  } catch {
    return null; // the page is being left, or its server is away
  }
}

/** Not disabled meanwhile: that would take the keyboard focus away. */
export function renewing(on) {
  $("renew").setAttribute("aria-busy", String(on));
}

/** Says something quietly, or nothing. */
export function notice(text, failure) {
  say($("notice"), text, failure);
}

/** Says what went wrong at sign-in. */
export function error(text, failure) {
  say($("error"), text, failure);
}

function say(element, text, failure) {
  element.hidden = !text;
  element.replaceChildren(text);
  if (!text || !failure) return;
  element.append(` ${failure.error}${failure.description ? `: ${failure.description}` : ""} `);
  if (failure.reason) element.append(link(failure));
}

function link(failure) {
  const a = document.createElement("a");
  a.href = failure.uri;
  a.append(...breakable(failure.reason));
  return a;
}

/** Adds a silent attempt to the log, newest first. */
export function log({ trigger, at, ms, failure, rung }) {
  const row = document.createElement("tr");
  row.dataset.result = failure ? "error" : "ok";
  row.dataset.error = failure?.error ?? "";
  row.dataset.reason = failure?.reason ?? "";
  row.dataset.trigger = trigger;
  row.dataset.rung = rung ?? "";
  row.append(
    cell(at.toLocaleTimeString([], { hour12: false }), trigger),
    cell(failure ? failure.error : "tokens renewed", failure ? failure.description : rung && `by ${rung}`),
    cell(failure?.reason ? link(failure) : "–"),
    cell(String(Math.round(ms))),
  );
  row.lastChild.className = "ms";
  $("log").prepend(row);
  while ($("log").rows.length > LOG_ROWS) $("log").lastChild.remove();
}

/** Shows every rung of hush.js: what became of it in the latest attempt, and why. */
export function rungs(report) {
  $("rungs").replaceChildren(...report.rungs.map(({ rung, state, why, reason, uri }) => {
    const row = document.createElement("tr");
    row.dataset.rung = rung;
    row.dataset.state = state;
    row.append(cell(rung), cell(STATES[state]), cell(why || "–"));
    if (reason) row.lastChild.append(" ", link({ reason, uri }));
    return row;
  }));
}

const STATES = {
  used: "worked", failed: "did not work", unavailable: "not there", "not-needed": "not needed",
  "not-tried": "not tried", unknown: "not known",
};

function cell(content, small) {
  const td = document.createElement("td");
  td.append(...(typeof content === "string" ? breakable(content) : [content]));
  if (small) {
    const s = document.createElement("small");
    s.textContent = small;
    td.append(s);
  }
  return td;
}

// breakable lets a code like consent_required wrap on a narrow screen.
function breakable(text) {
  return text.split(/(?<=_)/).flatMap((part, i) => (i ? [document.createElement("wbr"), part] : [part]));
}

/**
 * Calls the demo API with a token and shows its answer. Returns what the API wants
 * the sign-in to be, if that is what it refuses the token for (RFC 9470 section 3).
 */
export async function callAPI(token, path = config.apiPath) {
  const out = $("api-result");
  try {
    const response = await fetch(config.api + path, {
      headers: { Authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(10000),
    });
    const challenge = response.headers.get("WWW-Authenticate");
    out.textContent = [
      `HTTP ${response.status}`,
      challenge ? `WWW-Authenticate: ${challenge}` : "",
      JSON.stringify(await response.json(), null, 2),
    ].filter(Boolean).join("\n");
    out.dataset.status = response.status;
    return stepUp(challenge);
  } catch (err) {
    out.textContent = `The API could not be reached: ${err.message}`;
    delete out.dataset.status;
  }
}

function stepUp(challenge) {
  const param = (name) => challenge?.match(new RegExp(`[ ,]${name}="([^"]*)"`))?.[1];
  if (param("error") !== "insufficient_user_authentication") return undefined;
  return { acrValues: param("acr_values"), maxAge: param("max_age") };
}
