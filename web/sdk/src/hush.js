// hush.js keeps an app signed in where browsers hold third-party cookies back. It
// stands in front of the OpenID Connect library that the app has: the library goes on
// asking, checking and keeping tokens, and hush.js has it ask in another way when one
// way fails.
//
// What it changes in the page, until renew.stop(): the silent call of that one library
// object, fetch() for the provider's token endpoint only, and document.createElement(),
// which gives new iframes an allow attribute. It keeps no token: localStorage holds the name of
// the rung that worked and times. How it is used: docs/hush-js.md.
import { fetched, retry, returns } from "./api.js";
import { ladder } from "./ladder.js";
import { adapter } from "./libraries.js";
import { storage, watch } from "./page.js";
import { rungs, Trail } from "./report.js";
import { alone, share } from "./tabs.js";

const STILL_HERE = 10_000; // ms after which a page that was to be left is told the error

const fronts = new WeakMap(); // library object -> the renew() in front of it

export const version = "1.0.0";
export { rungs };

/** Puts hush.js in front of a library, in place of one that stands there. Returns renew(). */
export function hush(options = {}) {
  const home = provider(options);
  const name = `hush ${home.issuer} ${home.clientId}`;
  const object = options.auth0 ?? options.userManager ?? options.library;
  fronts.get(object)?.stop(); // two would wait for each other
  const library = adapter(options);
  const page = watch(home, storage(name));
  const trail = new Trail({ version, issuer: home.issuer, clientId: home.clientId }, options.onreport);
  const tabs = share(name, library, page.memory);
  const running = new Map(); // what is asked for -> the renewal in flight

  function renew(wanted = {}) {
    if (!library) return Promise.reject(new TypeError("hush: there is no library to renew with: pass auth0, userManager or library to hush()"));
    const { popup = false, choose = false, redirect = Boolean(options.redirect), ...call } = wanted;
    const may = { popup, choose, redirect };
    const id = JSON.stringify([library.key(call), may]);
    if (!running.has(id)) running.set(id, together(call, may).finally(() => running.delete(id)));
    return running.get(id);
  }

  // One renewal at a time in all tabs: who waited asks the other for what it got. Not
  // on a click, which counts for seconds only.
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
      await tabs.keep(library.key(call), done.result).catch(() => {}); // the others renew by themselves
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

// provider reads who is asked, by whom. A module that the provider itself serves knows
// where it is from.
function provider({ issuer, clientId, userManager }) {
  issuer ??= userManager?.settings?.authority ?? /^(.*\/)silent\/hush\.js(\?.*)?$/.exec(import.meta.url)?.[1];
  clientId ??= userManager?.settings?.client_id;
  if (!issuer) throw new TypeError('hush: issuer is missing: write hush({ issuer: "https://login.example.com/", ... }), or load hush.js from there');
  if (!clientId) throw new TypeError("hush: clientId is missing: it is the id under which the app is registered");
  if (!URL.canParse(issuer)) throw new TypeError(`hush: the issuer is no address: ${issuer}`);
  const base = issuer.endsWith("/") ? issuer : `${issuer}/`;
  return { issuer, clientId, base, origin: new URL(base).origin, token: `${base}oauth/token` };
}
