// Which rung brought the tokens, and why the others did not.

/** The ways to new tokens, in the order in which they are tried. */
export const rungs = Object.freeze([
  "same-site", "third-party-cookie", "storage-access", "renewal-cookie", // in a hidden iframe
  "fedcm", "refresh-token", "popup", "redirect",
]);

/** What the provider says of the cookie that a frame's answer was for. */
export const ACCESS = {
  first_party: "same-site", third_party: "third-party-cookie",
  storage_access: "storage-access", partitioned: "renewal-cookie",
};

/** Reasons of a refusal where no cookie came. */
export const COOKIE = ["cookie_blocked", "cookie_not_sent"];

// Why no cookie of a rung came.
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

export class Trail {
  constructor(about, onreport) {
    this.about = about;
    this.onreport = onreport;
    this.forget();
  }

  forget() {
    this.steps = {}; // rung -> { state, why, error?, reason?, uri? }
    this.rung = null;
    this.last = null; // the refusal that no other way would change
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
      globalThis.reportError?.(err); // it is the app's, and no reason to lose tokens
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

  /**
   * A frame was answered for the cookie of this rung: for those above it there was none.
   * Of a library that does not ask the provider, nobody knows which it was.
   */
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
