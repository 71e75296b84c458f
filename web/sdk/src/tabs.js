// One renewal for all tabs of an app.

const WAIT = 20_000; // ms for another tab's renewal to end
const ANSWER = 300; // ms for it to hand its tokens over
const HELD = 30_000; // ms for which they can be asked for

/** Runs work while no other tab runs its own. */
export function alone(name, work) {
  if (!navigator.locks) return work();
  let began = false;
  const run = () => ((began = true), work());
  return navigator.locks.request(name, { signal: AbortSignal.timeout(WAIT) }, run).catch((err) => {
    if (began) throw err;
    return work(); // the other tab hangs
  });
}

/**
 * Hands the tokens of a renewal to a tab that asks, if it is of this origin, this client
 * and the same user, and wants the very same. They go over a channel that only the
 * asking tab knows, and a refresh token never leaves its tab.
 */
export function share(name, library, memory) {
  if (!library?.tokens || !globalThis.BroadcastChannel) return { ask: async () => null, keep: async () => {}, stop() {} };
  const channel = new BroadcastChannel(name);
  let last = null; // { key, at, tokens }
  let stopped = false;
  let timer;
  channel.onmessage = async ({ data }) => {
    const { to, key, sub, since } = Object(data);
    const fits = () => last && key === last.key && sub === last.tokens.sub && last.at >= since;
    if (typeof to !== "string" || !fits()) return;
    if ((await library.holds())?.sub !== sub || !fits()) return; // signed out meanwhile
    const reply = new BroadcastChannel(to);
    reply.postMessage(last.tokens);
    reply.close();
  };
  return {
    async ask(key, since) {
      if (stopped || !(memory.read().renewed >= since)) return null;
      const sub = (await library.holds())?.sub;
      if (!sub) return null; // nobody's: whose tokens would they be?
      const to = `${name} ${crypto.randomUUID()}`;
      const tokens = await answer(to, () => channel.postMessage({ to, key, sub, since }));
      if (tokens?.sub !== sub || (await library.holds())?.sub !== sub) return null; // or another user meanwhile
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
