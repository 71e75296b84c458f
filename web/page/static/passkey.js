// Asks the browser for a passkey, or to make one, and sends what it says with the form
// of the page. Without it the form works as it stands.
(() => {
  if (!window.PublicKeyCredential) return;
  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const keys = (list = []) => list.map(({ id, via }) => ({ type: "public-key", id: bytes(id), ...(via && { transports: via }) }));
  const timeout = 300_000; // ms: people look for a key in a drawer

  // wanted is a ceremony as the browser takes it.
  function wanted(c) {
    const challenge = bytes(c.challenge);
    if (!c.user) return { challenge, timeout, rpId: c.rp, userVerification: c.verify, allowCredentials: keys(c.keys) };
    return {
      challenge, timeout,
      rp: { id: c.rp, name: c.name },
      user: { id: bytes(c.user.id), name: c.user.name, displayName: c.user.name },
      pubKeyCredParams: c.algorithms.map((alg) => ({ type: "public-key", alg })),
      excludeCredentials: keys(c.keys),
      authenticatorSelection: { residentKey: "preferred", userVerification: c.verify },
      attestation: "none",
    };
  }

  // said is what the browser said, as PublicKeyCredential.toJSON has it, which not all
  // that know passkeys know.
  function said({ id, rawId, type, response: r }) {
    const response = { clientDataJSON: text(r.clientDataJSON) };
    if (r.attestationObject) {
      response.attestationObject = text(r.attestationObject);
      response.transports = r.getTransports?.() ?? [];
    } else {
      response.authenticatorData = text(r.authenticatorData);
      response.signature = text(r.signature);
      if (r.userHandle) response.userHandle = text(r.userHandle);
    }
    return JSON.stringify({ id, rawId: text(rawId), type, response });
  }

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const ceremony = JSON.parse(form.dataset.passkey);
    const [part, button, failed] = ["part", "ask", "failed"].map((name) => form.querySelector(`[data-${name}]`));
    const waits = new AbortController();

    async function ask(more) {
      const options = { publicKey: wanted(ceremony), ...more };
      const key = await (ceremony.user ? navigator.credentials.create(options) : navigator.credentials.get(options));
      form.elements.passkey.value = said(key);
      form.submit();
    }

    async function clicked() {
      waits.abort(); // one question at a time
      button.disabled = true;
      failed.hidden = true;
      await ask().catch(() => (failed.hidden = false));
      button.disabled = false;
    }

    part.hidden = false;
    button.addEventListener("click", clicked);
    // By the return key too, where the form has nothing else to send.
    if (ceremony.user) form.addEventListener("submit", (e) => (e.preventDefault(), clicked()));
    // The browser offers passkeys in the field of the user name, and says nothing where it has none.
    if (ceremony.user || ceremony.keys) continue;
    PublicKeyCredential.isConditionalMediationAvailable?.()
      .then((can) => can && !waits.signal.aborted && ask({ mediation: "conditional", signal: waits.signal }))
      .catch(() => {});
  }
})();
