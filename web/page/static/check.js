// Finds out what this browser lets the provider do, and shows it rung by rung. In a
// frame it tells the app's page too: the page was let frame this one, and asks the
// same of /authorize whenever it likes.
(() => {
  const list = document.getElementById("check");
  if (!list) return;
  const { facts: first, address, framed, origins, identity } = JSON.parse(list.dataset.check);
  const rung = (name) => list.querySelector(`[data-rung="${name}"]`);
  const settled = new Set();

  // show lets a rung say what it says in a state. What the configuration decided
  // stays as it is.
  function show(name, state) {
    const item = rung(name);
    if (item.dataset.state !== "wait" && !settled.has(name)) return;
    settled.add(name);
    item.dataset.state = state;
    for (const said of item.querySelectorAll("[data-of]")) said.hidden = said.dataset.of !== state;
  }

  function answer(code) {
    show("silent", code ? "fails" : "works");
    const link = rung("silent").querySelector("[data-code]");
    link.hidden = !code;
    if (!code) return;
    link.querySelector("bdi").textContent = code;
    link.querySelector("a").href = link.querySelector("a").getAttribute("href").replace(/[^/]*$/, encodeURIComponent(code));
  }

  // look asks again what came along: after storage access that is more.
  async function look() {
    const response = await fetch(address, { credentials: "same-origin", cache: "no-store" });
    if (!response.ok) throw new Error("HTTP status " + response.status);
    return response.json();
  }

  const within = (ms, promise) => Promise.race([promise, new Promise((_, no) => setTimeout(no, ms, new Error("no answer")))]);

  // ask resolves to whether the browser gave storage access. Some never answer.
  const ask = (ms) => within(ms, document.requestStorageAccess()).then(() => true, () => false);

  async function storage() {
    if (!document.requestStorageAccess) return "lacking";
    if (await ask(1000)) return "works";
    const permission = await navigator.permissions?.query({ name: "storage-access" }).catch(() => null);
    return permission?.state === "denied" || origin === "null" ? "fails" : "click";
  }

  function cookie() {
    if (first.cookie || first.storage === "active") return "works";
    return first.storage ? "fails" : "none";
  }

  function fedcm() {
    if (!("IdentityCredential" in window)) return "fails";
    const allowed = document.featurePolicy?.allowsFeature("identity-credentials-get") ?? true;
    return allowed ? "works" : "denied";
  }

  const says = (name) => rung(name).dataset.state;
  const send = (message) => origins.forEach((to) => parent.postMessage(message, to));

  function tell() {
    const rungs = Object.fromEntries([...list.querySelectorAll("[data-rung]")].map((item) => [item.dataset.rung, item.dataset.state]));
    const code = rung("silent").querySelector("[data-code]");
    send({ type: "hush_check", rungs, answer: code.hidden ? "" : code.innerText });
  }

  // ready shows the button of a rung while it says what a click may change.
  function ready(name, state, click) {
    const button = rung(name).querySelector("[data-ask]");
    button.hidden = says(name) !== state;
    button.addEventListener("click", () => click().finally(tell));
    return button;
  }

  // granted sees what storage access brings.
  async function granted() {
    show("storage", "works");
    answer((await look()).answer);
  }

  async function clicked() {
    if (await ask(120_000)) await granted(); // a person reads the browser's question
    else show("storage", "fails");
  }

  // choose has the app's page ask for an account, which a frame cannot.
  async function choose() {
    send({ type: "hush_check_fedcm", identity });
    const { error } = await new Promise((done) => {
      addEventListener("message", (e) => {
        if (e.source === parent && origins.includes(e.origin) && e.data?.type === "hush_check_fedcm") done(e.data);
      });
    });
    show("fedcm", error ? "refused" : "tried");
    if (!error && says("storage") === "click" && (await ask(1000))) await granted();
  }

  async function inFrame() {
    answer(first.answer);
    const near = first.site === "same-site" || first.site === "same-origin";
    show("site", near ? "works" : "fails");
    show("fedcm", fedcm());
    if (near) {
      for (const name of ["cookie", "storage", "renewal"]) show(name, "needless");
      return tell();
    }
    show("cookie", cookie());
    const before = await look(); // the frame's own answer has set the partitioned cookie
    show("renewal", first.planted ? "planted" : before.partitioned ? "works" : "fails");
    show("storage", says("cookie") === "works" ? "needless" : await storage());
    if (says("storage") === "works") answer((await look()).answer);
    const button = ready("storage", "click", clicked);
    ready("fedcm", "works", () => choose().then(() => (button.hidden = says("storage") !== "click")));
    tell();
  }

  async function inWindow() {
    answer(first.answer);
    show("cookies", (await look()).cookie ? "works" : "fails");
  }

  const copy = document.getElementById("copy");
  if (copy && navigator.clipboard) {
    copy.hidden = false;
    copy.addEventListener("click", () => navigator.clipboard.writeText(document.getElementById("paste").textContent));
  }

  (framed ? inFrame() : inWindow()).catch((e) => {
    for (const item of list.querySelectorAll('[data-state="wait"]')) show(item.dataset.rung, "unsure");
    console.error(e);
  });
})();
