// hush.js 1.0.0, Apache-2.0. Made of web/sdk/src; how it is used: docs/hush-js.md
const rungs = Object.freeze([
"same-site", "third-party-cookie", "storage-access", "renewal-cookie",
"fedcm", "refresh-token", "popup", "redirect",
]);
const ACCESS = {
first_party: "same-site", third_party: "third-party-cookie",
storage_access: "storage-access", partitioned: "renewal-cookie",
};
const COOKIE = ["cookie_blocked", "cookie_not_sent"];
const NONE = {
"same-site": "The app and the provider are on different sites.",
"third-party-cookie": "The browser holds the provider's cookie back in frames of other sites.",
"storage-access": "The provider was not granted storage access on this site.",
"renewal-cookie": "No renewal cookie came: none was planted on this site, it is over, or the app has none (renewal_cookie: false). A sign-in with hush.js in the page plants one.",
};
const UNTRIED = {
fedcm: "It was not needed, or is switched off.",
"refresh-token": "The library holds none.",
popup: "It needs a click: renew({ popup: true }) in its handler.",
redirect: "It leaves the page: renew({ redirect: true }), or hush({ redirect: true }).",
};
class Trail {
constructor(about, onreport) {
this.about = about;
this.onreport = onreport;
this.forget();
}
forget() {
this.steps = {};
this.rung = null;
this.last = null;
this.at = null;
this.ms = null;
}
begin() {
this.forget();
this.at = new Date();
this.began = performance.now();
}
end() {
this.ms = Math.round(performance.now() - this.began);
try {
this.onreport?.(this.report());
} catch (err) {
globalThis.reportError?.(err);
}
}
used(rung) {
this.rung = rung;
this.steps[rung] = { state: "used", why: "" };
}
over({ error, reason }) {
this.last = reason || error;
}
skip(rung, why) {
this.steps[rung] = { state: "unavailable", why };
}
framed(rung) {
if (!rung) {
this.rung = "iframe";
for (const name of Object.keys(NONE)) this.steps[name] = { state: "unknown", why: "A frame was answered. By which cookie, tells who sends cookie_access=true." };
return;
}
for (const above of rungs.slice(0, rungs.indexOf(rung))) this.steps[above] = { state: "failed", why: NONE[above] };
this.used(rung);
}
failed(rung, failure) {
if (rung !== "frame") return void (this.steps[rung] = { state: "failed", ...failure });
for (const [name, why] of Object.entries(NONE)) {
this.steps[name] = { state: "failed", ...failure, ...(COOKIE.includes(failure.reason) && { why }) };
}
}
report() {
const rest = (rung) => {
if (this.rung) return { state: "not-needed", why: `${this.rung} worked.` };
if (this.last) return { state: "not-tried", why: `It would not help against ${this.last}.` };
return { state: "not-tried", why: (this.at && UNTRIED[rung]) ?? "Nothing was asked yet." };
};
return {
...this.about, rung: this.rung, at: this.at, ms: this.ms,
rungs: rungs.map((rung) => ({ rung, ...(this.steps[rung] ?? rest(rung)) })),
};
}
}
function watch(home, memory) {
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
function listen(target, name, handler) {
target.addEventListener(name, handler);
return () => target.removeEventListener(name, handler);
}
function replace(object, name, method) {
const own = Object.hasOwn(object, name);
const before = object[name];
object[name] = method;
return () => {
if (object[name] !== method) return;
if (own) object[name] = before;
else delete object[name];
};
}
function answerOf(e, home) {
const { type, response, source, url } = Object(e.data);
if (e.origin === home.origin && type === "authorization_response") return Object(response);
if (e.origin !== location.origin || source !== "oidc-client" || !URL.canParse(url)) return undefined;
const { search, hash } = new URL(url);
return Object.fromEntries(new URLSearchParams(search.length > 1 ? search : hash.slice(1)));
}
function failureOf(err, answer, base) {
const error = err?.error || (typeof err?.code === "string" && err.code) || (err?.name === "ErrorTimeout" ? "timeout" : err?.name) || "error";
const uri = err?.error_uri ?? err?.url ?? (answer?.error === error ? answer.error_uri : undefined);
const reason = typeof uri === "string" && uri.startsWith(`${base}errors/`) ? uri.slice(base.length + 7) : "";
const why = String(err?.error_description || err?.message || error);
return /^[\w-]{1,64}$/.test(reason) ? { error, reason, uri, why } : { error, reason: "", why };
}
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
on = false;
undo();
stop();
observer.disconnect();
};
}
function isOf(frame, origin) {
const src = frame.getAttribute("src");
return !src || src === "about:blank" || (URL.canParse(src, document.baseURI) && new URL(src, document.baseURI).origin === origin);
}
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
const text = input instanceof Request ? input.url : String(input);
if (!URL.canParse(text, document.baseURI)) return "";
const { origin, pathname } = new URL(text, document.baseURI);
return origin + pathname;
}
function storage(key) {
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
}
};
return { read, write };
}
const WAIT = 20_000;
const ANSWER = 300;
const HELD = 30_000;
function alone(name, work) {
if (!navigator.locks) return work();
let began = false;
const run = () => ((began = true), work());
return navigator.locks.request(name, { signal: AbortSignal.timeout(WAIT) }, run).catch((err) => {
if (began) throw err;
return work();
});
}
function share(name, library, memory) {
if (!library?.tokens || !globalThis.BroadcastChannel) return { ask: async () => null, keep: async () => {}, stop() {} };
const channel = new BroadcastChannel(name);
let last = null;
let stopped = false;
let timer;
channel.onmessage = async ({ data }) => {
const { to, key, sub, since } = Object(data);
const fits = () => last && key === last.key && sub === last.tokens.sub && last.at >= since;
if (typeof to !== "string" || !fits()) return;
if ((await library.holds())?.sub !== sub || !fits()) return;
const reply = new BroadcastChannel(to);
reply.postMessage(last.tokens);
reply.close();
};
return {
async ask(key, since) {
if (stopped || !(memory.read().renewed >= since)) return null;
const sub = (await library.holds())?.sub;
if (!sub) return null;
const to = `${name} ${crypto.randomUUID()}`;
const tokens = await answer(to, () => channel.postMessage({ to, key, sub, since }));
if (tokens?.sub !== sub || (await library.holds())?.sub !== sub) return null;
return library.adopt(tokens, key);
},
async keep(key, result) {
if (stopped) return;
const tokens = await library.tokens(result);
last = { key, at: Date.now(), tokens };
clearTimeout(timer);
timer = setTimeout(() => (last = null), HELD);
},
stop() {
stopped = true;
clearTimeout(timer);
last = null;
channel.close();
},
};
}
function answer(name, ask) {
const channel = new BroadcastChannel(name);
return new Promise((resolve) => {
channel.onmessage = (e) => resolve(e.data);
setTimeout(resolve, ANSWER, null);
ask();
}).finally(() => channel.close());
}
function adapter({ auth0, userManager, library }) {
if (auth0) return forAuth0(need(auth0, "auth0", "getTokenSilently"));
if (userManager) return forUserManager(need(userManager, "userManager", "signinSilent"));
return library ? forAny(need(library, "library", "silent")) : null;
}
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
const adopted = new Map();
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
const FEDCM = 5000;
const ELSEWHERE = [...COOKIE, "session_not_here"];
const QUIET = 600_000;
async function ladder(c) {
let first;
if (c.may.popup || c.may.redirect) c.hint = await c.library.hint?.();
for (const [rung, step] of await steps(c)) {
try {
const done = await step(c);
if (done) return { error: first, ...done };
} catch (err) {
const failure = c.page.failure(err);
c.trail.failed(rung, failure);
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
async function redirect({ library, trail, page, hint }) {
if (!library.redirect) return undefined;
if (page.memory.read().redirected) return trail.skip("redirect", "It was tried already, and came back refused.");
page.memory.write({ redirected: Date.now() });
return { leaves: true, hint };
}
const SOON = 60;
function returns(renew, library, wanted) {
if (!wanted) return () => {};
return listen(document, "visibilitychange", async () => {
if (document.visibilityState !== "visible") return;
const held = await library.holds();
if (held && held.left < SOON) renew().catch(() => {});
});
}
async function retry(send, renew, library) {
const held = await library?.holds();
const token = held?.access ?? accessOf(await renew());
const response = await send(token, held?.type);
if (response.status !== 401) return response;
if (/insufficient_user_authentication/.test(response.headers?.get?.("WWW-Authenticate") ?? "")) return response;
const now = await library.holds();
if (held && now?.sub !== held.sub) return response;
if (now?.access && now.access !== token) return send(now.access, now.type);
let result;
try {
result = await renew();
} catch {
return response;
}
if (held && (await library.holds())?.sub !== held.sub) return response;
return send(accessOf(result), now?.type);
}
const accessOf = (result) => result?.access_token ?? result;
function fetched(input, init, renew, library) {
const request = new Request(input, init);
return retry((token, type) => {
if (/^dpop$/i.test(type ?? "")) throw new TypeError("hush: this token is bound to a key: use the library's own fetch in renew.retry()");
const again = request.clone();
again.headers.set("Authorization", `Bearer ${token}`);
return fetch(again);
}, renew, library);
}
const STILL_HERE = 10_000;
const fronts = new WeakMap();
export const version = "1.0.0";
export { rungs };
export function hush(options = {}) {
const home = provider(options);
const name = `hush ${home.issuer} ${home.clientId}`;
const object = options.auth0 ?? options.userManager ?? options.library;
fronts.get(object)?.stop();
const library = adapter(options);
const page = watch(home, storage(name));
const trail = new Trail({ version, issuer: home.issuer, clientId: home.clientId }, options.onreport);
const tabs = share(name, library, page.memory);
const running = new Map();
function renew(wanted = {}) {
if (!library) return Promise.reject(new TypeError("hush: there is no library to renew with: pass auth0, userManager or library to hush()"));
const { popup = false, choose = false, redirect = Boolean(options.redirect), ...call } = wanted;
const may = { popup, choose, redirect };
const id = JSON.stringify([library.key(call), may]);
if (!running.has(id)) running.set(id, together(call, may).finally(() => running.delete(id)));
return running.get(id);
}
async function together(call, may) {
const since = Date.now();
const work = async () => {
const result = await tabs.ask(library.key(call), since).catch(() => null);
return result ? { result } : climb(call, may);
};
const done = await (may.popup || may.choose ? climb(call, may) : alone(name, work));
return done.leaves ? leave(call, done) : done.result;
}
async function climb(call, may) {
trail.begin();
try {
const done = await ladder({ call, may, home, page, library, trail, mayFedCM: options.fedcm ?? true });
if (done.leaves) return done;
page.memory.write({ rung: trail.rung, renewed: Date.now(), failed: 0, redirected: 0 });
await tabs.keep(library.key(call), done.result).catch(() => {});
return done;
} finally {
trail.end();
}
}
async function leave(call, { error, hint }) {
await library.redirect(call, hint);
await new Promise((wake) => setTimeout(wake, STILL_HERE));
throw error;
}
const undo = [page.stop, tabs.stop];
if (library) undo.push(library.wrap(renew), returns(renew, library, options.visible ?? true));
renew.report = () => ({ ...trail.report(), remembered: page.memory.read().rung ?? null });
renew.retry = (send) => retry(send, renew, library);
renew.fetch = (input, init) => fetched(input, init, renew, library);
renew.stop = () => undo.splice(0).reverse().forEach((back) => back());
if (object) fronts.set(object, renew);
return renew;
}
function provider({ issuer, clientId, userManager }) {
issuer ??= userManager?.settings?.authority ?? /^(.*\/)silent\/hush\.js(\?.*)?$/.exec(import.meta.url)?.[1];
clientId ??= userManager?.settings?.client_id;
if (!issuer) throw new TypeError('hush: issuer is missing: write hush({ issuer: "https://login.example.com/", ... }), or load hush.js from there');
if (!clientId) throw new TypeError("hush: clientId is missing: it is the id under which the app is registered");
if (!URL.canParse(issuer)) throw new TypeError(`hush: the issuer is no address: ${issuer}`);
const base = issuer.endsWith("/") ? issuer : `${issuer}/`;
return { issuer, clientId, base, origin: new URL(base).origin, token: `${base}oauth/token` };
}
