package sdk_test

import (
	"net/url"
	"strings"
	"testing"
)

// TestSettings: what is missing or wrong is said in the words of who writes the app.
func TestSettings(t *testing.T) {
	h := newHouse(t)
	p := open(t, h.browser(t), h.app)
	for call, want := range map[string]string{
		`m.hush({})`: "hush: clientId is missing: it is the id under which the app is registered",
		`m.hush({ issuer: "login", clientId: "a" })`:          "hush: the issuer is no address: login",
		`m.hush({ clientId: "a", auth0: {} })`:                "hush: auth0 has no getTokenSilently(): pass the library's object itself",
		`m.hush({ clientId: "a", userManager: {} })`:          "hush: userManager has no signinSilent(): pass the library's object itself",
		`m.hush({ clientId: "a", library: {} })`:              "hush: library has no silent(): pass the library's object itself",
		`m.hush({ clientId: "a" })()`:                         "hush: there is no library to renew with: pass auth0, userManager or library to hush()",
		`m.hush({ clientId: "a" }).fetch("/")`:                "hush: there is no library to renew with: pass auth0, userManager or library to hush()",
		`m.hush({ clientId: "a" }).report().issuer`:           "",
		`(start("alice"), l.type = "DPoP", renew.fetch("/"))`: "hush: this token is bound to a key: use the library's own fetch in renew.retry()",
	} {
		p.is(call, `failed((async () => `+call+`)())`, `"`+want+`"`)
	}
	p.is("the issuer is where the module is from", `m.hush({ clientId: "a" }).report().issuer`, `"https://login.hush.test/"`)
	p.is("before the first renewal", `m.hush({ clientId: "never" }).report().rungs.map((r) => r.state + ": " + r.why).every((s) => s === "not-tried: Nothing was asked yet.")`, "true")
}

// TestCredentials: calls of the token endpoint carry cookies, and no other call does,
// however much its address looks like it.
func TestCredentials(t *testing.T) {
	h := newHouse(t)
	p := open(t, h.browser(t), h.app)
	p.do(`window.real = window.fetch, window.sent = [], window.fetch = async (input, init) => (sent.push(init?.credentials ?? "unset"), new Response())`)
	p.do(`window.before = window.fetch, start("alice")`)
	const token = "https://login.hush.test/oauth/token"
	for input, want := range map[string]string{
		`"` + token + `", { method: "POST" }`:                           "include",
		`"` + token + `", { method: "POST", credentials: "omit" }`:      "include",
		`new URL("` + token + `")`:                                      "include",
		`new Request("` + token + `", { method: "POST", body: "a=b" })`: "include",
		`"https://login.hush.test/x/../oauth/token"`:                    "include",
		`"https://login.hush.test/oauth/tokens"`:                        "unset",
		`"https://login.hush.test/oauth/token/"`:                        "unset",
		`"https://login.hush.test/userinfo"`:                            "unset",
		`"https://login.hush.test.evil.test/oauth/token"`:               "unset",
		`"https://login.hush.test@evil.test/oauth/token"`:               "unset",
		`"https://evil.test/?https://login.hush.test/oauth/token"`:      "unset",
		`"http://login.hush.test/oauth/token"`:                          "unset",
		`"https://login.hush.test:8443/oauth/token"`:                    "unset",
		`"/oauth/token"`: "unset",
		`"https://api.shop.test/", { credentials: "include" }`:              "include",
		`new Request("https://api.shop.test/", { credentials: "include" })`: "unset",
	} {
		p.is(input, `(sent.length = 0, fetch(`+input+`).then(() => sent))`, `["`+want+`"]`)
	}
	p.is("undone", `(renew.stop(), window.fetch === before)`, "true")
	p.do(`start("alice"), window.ours = window.fetch, window.fetch = (...args) => ours(...args), renew.stop()`)
	p.is("undone behind somebody else's", `(sent.length = 0, fetch("`+token+`").then(() => sent))`, `["unset"]`)
}

// TestFrames: an iframe may use what the page has, by the time that it has an address,
// and for the provider only: another origin in it gets nothing.
func TestFrames(t *testing.T) {
	h := newHouse(t)
	p := open(t, h.browser(t), h.app)
	p.do(`window.before = document.createElement, start("alice"), window.framed = (src) => {
		const f = document.createElement("iframe");
		document.body.append(f);
		f.src = src; // at once, as auth0-spa-js does
		const { allow } = f;
		f.remove();
		return allow;
	}`)
	const allow = "identity-credentials-get https://login.hush.test; storage-access https://login.hush.test"
	for _, src := range []string{"https://login.hush.test/authorize", "https://www.evil.test/", "about:blank"} {
		p.is(src, `framed("`+src+`")`, `"`+allow+`"`)
	}
	p.is("other elements", `document.createElement("div").outerHTML`, `"<div></div>"`)
	p.is("undone", `(renew.stop(), [framed("about:blank"), document.createElement === before, Object.hasOwn(document, "createElement")])`, `["",true,false]`)
	p.do(`start("alice"), window.ours = document.createElement, document.createElement = (...args) => ours(...args), renew.stop()`)
	p.is("undone behind somebody else's", `framed("about:blank")`, `""`)
}

// TestDelegation: what the attribute gives, it gives to the provider's origin only.
func TestDelegation(t *testing.T) {
	h := newHouse(t)
	p := open(t, h.browser(t), h.app)
	p.do(`start("alice"), window.may = (src) => new Promise((done) => {
		const f = document.createElement("iframe");
		f.src = src;
		addEventListener("message", (e) => done(e.data.may), { once: true });
		document.body.append(f);
	})`)
	p.is("a frame of another site", `may("`+h.evil+`/?may")`, `false`)
}

// TestMessages: only the provider's own answers are told, and its own pages are the only
// ones that are linked.
func TestMessages(t *testing.T) {
	h := newHouse(t)
	p := open(t, h.browser(t), h.app)
	p.do(`start("alice")`)
	// What a window says while the library asks.
	say := func(from, message string) {
		p.do(`l.silent = async () => {
			dispatchEvent(new MessageEvent("message", { origin: "` + from + `", data: ` + message + ` }));
			if (l.fails) throw l.fails;
			return "token";
		}`)
	}
	const error = `{ type: "authorization_response", response: { error: "login_required", error_uri: "https://login.hush.test/errors/signed_out" } }`
	const answer = `{ type: "authorization_response", response: { cookie_access: "first_party" } }`
	const callback = `{ source: "oidc-client", url: "https://app.shop.test/callback?error=login_required&error_uri=https://login.hush.test/errors/signed_out" }`
	for name, c := range map[string]struct{ from, message, reason string }{
		"the provider":                  {"https://login.hush.test", error, "signed_out"},
		"another site":                  {h.evil, error, ""},
		"another app of the site":       {h.sibling, error, ""},
		"the app's own callback page":   {h.app, callback, "signed_out"},
		"another site's callback page":  {h.evil, callback, ""},
		"the provider as another":       {"https://login.hush.test", callback, ""},
		"the app itself":                {h.app, error, ""},
		"the provider, with no message": {"https://login.hush.test", "null", ""},
	} {
		say(c.from, c.message)
		p.do(`l.fails = Object.assign(new Error("no"), { error: "login_required" })`)
		p.is(name, `failed(renew()).then(() => renew.report().rungs[0].reason)`, `"`+c.reason+`"`)
	}
	p.do(`l.fails = null`)
	for from, want := range map[string]string{
		"https://login.hush.test": "same-site: used,not-needed,not-needed,not-needed",
		h.evil:                    "iframe: unknown,unknown,unknown,unknown", // not told
		h.app:                     "iframe: unknown,unknown,unknown,unknown",
	} {
		say(from, answer)
		p.is(from, `renew().then(() => { const { rung, rungs } = renew.report(); return rung + ": " + rungs.slice(0, 4).map((r) => r.state).join() })`, `"`+want+`"`)
	}
	for uri, want := range map[string]string{
		"https://login.hush.test/errors/no_session":              "no_session",
		"https://login.hush.test.evil.test/errors/no_session":    "",
		"https://login.hush.test/errors/../x":                    "",
		"javascript:alert(1)":                                    "",
		"https://www.evil.test/https://login.hush.test/errors/x": "",
	} {
		p.do(`l.silent = async () => { throw { error: "login_required", error_uri: "` + uri + `" } }`)
		link := `undefined`
		if want != "" {
			link = `"` + uri + `"`
		}
		p.is(uri, `failed(renew()).then(() => { const { reason, uri } = renew.report().rungs[0]; return [reason, uri === `+link+`] })`, `["`+want+`",true]`)
	}
}

// TestPolicyOfTheApp: a strict content security policy and Trusted Types are no
// hindrance, and no token is kept.
func TestPolicyOfTheApp(t *testing.T) {
	h := newHouse(t)
	policy := "default-src 'none'; script-src 'unsafe-inline' https://login.hush.test; img-src data:; require-trusted-types-for 'script'; trusted-types 'none'"
	p := open(t, h.browser(t), h.app+"/?policy="+url.QueryEscape(policy))
	p.do(`start("alice"), renew()`)
	p.WaitEval(`renew.report().rung`, patience)
	if v := p.Violations(); len(v) > 0 {
		t.Errorf("violations: %q", v)
	}
	var kept string
	p.Eval(`JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])`, &kept)
	if !strings.Contains(kept, "hush https://login.hush.test/ my-app") || strings.Contains(kept, "secret-") || strings.Contains(kept, "alice") {
		t.Errorf("kept: %s", kept)
	}
	p.is("databases", `indexedDB.databases()`, "[]")
}
