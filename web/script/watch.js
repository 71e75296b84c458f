// Answers whoever asks about a session_state: "unchanged" if the browser is what it
// says, "changed" if it is something else, and "error" if that cannot be told, above
// all where the browser shows us no cookie. origins are those of the app's pages, and
// embedder is that of the page that frames this one, "" where it is not known.
function (cookie, origins, embedder) {
  const home = location.ancestorOrigins?.[0] ?? embedder;

  // The page that frames this one, or a frame beside it with a page of its origin.
  const mayAsk = (e) => origins.includes(e.origin) && (e.source === parent || e.origin === home);

  function states() {
    const held = document.cookie.split("; ").filter((c) => c.startsWith(cookie + "="));
    if (held.length !== 1) return []; // none, or one of them was planted
    return held[0].slice(cookie.length + 1).split(".").filter((s) => /^[\w-]{22}$/.test(s));
  }

  async function hash(text) {
    const sum = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
    return btoa(String.fromCharCode(...new Uint8Array(sum))).replaceAll("+", "-").replaceAll("/", "_").replace("=", "");
  }

  async function judge(message, origin) {
    const asked = typeof message === "string" && /^([!-~]{1,200}) ([\w-]{43})\.([\w-]{22})$/.exec(message);
    const held = asked ? states() : [];
    if (held.length === 0) return "error";
    const [, client, told, salt] = asked;
    for (const state of held) {
      if ((await hash([client, origin, state, salt].join(" "))) === told) return "unchanged";
    }
    return "changed";
  }

  async function answer(to, message, origin) {
    const verdict = await judge(message, origin).catch(() => "error");
    to.postMessage(verdict, origin);
  }

  addEventListener("message", (e) => mayAsk(e) && answer(e.source, e.data, e.origin));

  // The message that led here was the parent's. Whatever stands in the address, only
  // a page of that origin reads the answer.
  const asked = new URLSearchParams(location.search);
  if (location.hash && origins.includes(asked.get("origin"))) {
    answer(parent, asked.get("client_id") + " " + location.hash.slice(1), asked.get("origin"));
  }
}
