// What hush.js sees and changes in the app's page.

/** Sees the library's frames, token requests and answers. stop() takes all of it back. */
export function watch(home, memory) {
  let frames = 0;
  let refreshed = 0;
  let answer = null;
  const stops = [
    delegate(home.origin, () => frames++),
    sendCookies(home.token, (body) => /grant_type"?[=:]"?refresh_token/.test(body) && refreshed++),
    listen(window, "message", (e) => (answer = answerOf(e, home) ?? answer)),
  ];
  return {
    memory,
    begin: () => ((answer = null), { frames, refreshed }),
    since: (b) => ({ answer, frames: frames - b.frames, refreshed: refreshed - b.refreshed }),
    failure: (err) => failureOf(err, answer, home.base),
    stop: () => stops.forEach((stop) => stop()),
  };
}

/** Listens, and returns the undo. */
export function listen(target, name, handler) {
  target.addEventListener(name, handler);
  return () => target.removeEventListener(name, handler);
}

/** Puts a method in front of an object's own, and returns the undo. */
export function replace(object, name, method) {
  const own = Object.hasOwn(object, name);
  const before = object[name];
  object[name] = method;
  return () => {
    if (object[name] !== method) return; // somebody else's is in front
    if (own) object[name] = before;
    else delete object[name];
  };
}

// answerOf reads an authorization response that passes by: of the provider's own page,
// or of the callback page of oidc-client-ts, which is of this origin. Nobody else's
// message counts, and what counts is told in the report and no more.
function answerOf(e, home) {
  const { type, response, source, url } = Object(e.data);
  if (e.origin === home.origin && type === "authorization_response") return Object(response);
  if (e.origin !== location.origin || source !== "oidc-client" || !URL.canParse(url)) return undefined;
  const { search, hash } = new URL(url);
  return Object.fromEntries(new URLSearchParams(search.length > 1 ? search : hash.slice(1)));
}

// failureOf brings the libraries' errors into one form. The reason is the last part of
// the provider's error_uri (url in FedCM); another address is nobody's reason.
function failureOf(err, answer, base) {
  const error = err?.error || (typeof err?.code === "string" && err.code) || (err?.name === "ErrorTimeout" ? "timeout" : err?.name) || "error";
  const uri = err?.error_uri ?? err?.url ?? (answer?.error === error ? answer.error_uri : undefined);
  const reason = typeof uri === "string" && uri.startsWith(`${base}errors/`) ? uri.slice(base.length + 7) : "";
  const why = String(err?.error_description || err?.message || error);
  return /^[\w-]{1,64}$/.test(reason) ? { error, reason, uri, why } : { error, reason: "", why };
}

// delegate lets iframes of the provider use what they need of the page: allow names the
// provider's origin and no other. It has to stand there before a frame has an address,
// and libraries make theirs in all sorts of ways, so every new iframe gets it. Libraries
// put their hidden frames into the body, where they are counted.
function delegate(origin, seen) {
  const allow = `identity-credentials-get ${origin}; storage-access ${origin}`;
  const before = document.createElement;
  let on = true;
  const createElement = function () {
    const element = before.apply(document, arguments);
    if (on && element.tagName === "IFRAME") element.allow = allow;
    return element;
  };
  const undo = replace(document, "createElement", createElement);
  const observer = new MutationObserver((records) => {
    for (const node of records.flatMap((r) => [...r.addedNodes])) if (node.tagName === "IFRAME" && isOf(node, origin)) seen();
  });
  const start = () => observer.observe(document.body, { childList: true });
  const stop = document.body ? () => {} : listen(document, "DOMContentLoaded", start);
  if (document.body) start();
  return () => {
    on = false; // who wrapped it since goes on calling it
    undo();
    stop();
    observer.disconnect();
  };
}

function isOf(frame, origin) {
  const src = frame.getAttribute("src");
  return !src || src === "about:blank" || (URL.canParse(src, document.baseURI) && new URL(src, document.baseURI).origin === origin);
}

// sendCookies has calls of the token endpoint, and of no other address, carry cookies:
// only such an answer can plant the renewal cookie.
function sendCookies(endpoint, seen) {
  const before = globalThis.fetch;
  let on = true;
  function fetch(input, init) {
    if (!on || addressOf(input) !== endpoint) return before.apply(globalThis, arguments);
    seen(String(init?.body ?? ""));
    return before.call(globalThis, input, { ...init, credentials: "include" });
  }
  const undo = replace(globalThis, "fetch", fetch);
  return () => {
    on = false;
    undo();
  };
}

function addressOf(input) {
  const text = input instanceof Request ? input.url : String(input); // as fetch() reads it
  if (!URL.canParse(text, document.baseURI)) return "";
  const { origin, pathname } = new URL(text, document.baseURI);
  return origin + pathname;
}

/**
 * What this origin remembers: { rung, renewed, failed, connected, asked, redirected }, a
 * name and times in ms. Where the browser gives no storage it is forgotten with the page.
 */
export function storage(key) {
  let kept = {};
  const read = () => {
    try {
      return Object(JSON.parse(localStorage.getItem(key)));
    } catch {
      return kept;
    }
  };
  const write = (change) => {
    kept = { ...read(), ...change };
    try {
      localStorage.setItem(key, JSON.stringify(kept));
    } catch {
      // It is full, or there is none.
    }
  };
  return { read, write };
}
