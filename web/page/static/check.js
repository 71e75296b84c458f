// Finds out what this browser lets the provider do, and shows it rung by rung. In a
// frame it tells the app's page too: the page was let frame this one, and asks the
// same of /authorize whenever it likes.
(() => {
  const list = document.getElementById("check");
  if (!list) return;
  const { facts: first, address, framed, origins } = JSON.parse(list.dataset.check);
  const rung = (name) => list.querySelector(`[data-rung="${name}"]`);
  const settled = {};

  // show lets a rung say what it says in a state. What the configuration decided
  // stays as it is.
  function show(name, state) {
    const item = rung(name);
    if (!item || (item.dataset.state !== "wait" && !(name in settled))) return;
    item.dataset.state = settled[name] = state;
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

  function tell() {
    const message = { type: "hush_check", rungs: settled, answer: settled.silent === "works" ? "" : rung("silent").querySelector("[data-code]").innerText };
    for (const to of origins) parent.postMessage(message, to);
  }

  // clicked goes on where a click was needed.
  async function clicked(button) {
    const granted = await ask(120_000); // a person reads the browser's question
    button.hidden = granted;
    show("storage", granted ? "works" : "fails");
    if (granted) answer((await look()).answer);
    tell();
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
    if (settled.cookie === "works") show("storage", "needless");
    else show("storage", await storage());
    if (settled.storage === "works") answer((await look()).answer);
    const button = rung("storage").querySelector("[data-ask]");
    button.hidden = settled.storage !== "click";
    button.addEventListener("click", () => clicked(button));
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
