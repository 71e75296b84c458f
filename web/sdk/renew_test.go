package sdk_test

import (
	"fmt"
	"testing"
)

// TestRetry: a request that the API refuses is sent again with another token, once,
// and only where another token can help.
func TestRetry(t *testing.T) {
	h := newHouse(t)
	p := open(t, h.browser(t), h.app)
	p.do(`window.api = (...answers) => {
		window.sent = [];
		window.fetch = async (r) => {
			sent.push([r.headers.get("authorization"), await r.text()]);
			const [status, challenge] = answers.shift();
			return new Response("answer " + sent.length, { status, headers: challenge ? { "WWW-Authenticate": challenge } : {} });
		};
		start("alice");
		l.silent = async () => ({ access_token: (l.token = "token-" + ++l.calls) });
	}`)
	for name, c := range map[string]struct{ answers, before, want string }{
		"taken":                         {`[200]`, ``, `[["Bearer first","body"]] 200 0`},
		"over":                          {`[401, "Bearer error=\"invalid_token\""], [200]`, ``, `[["Bearer first","body"],["Bearer token-1","body"]] 200 1`},
		"never taken":                   {`[401], [401]`, ``, `[["Bearer first","body"],["Bearer token-1","body"]] 401 1`},
		"no right":                      {`[403]`, ``, `[["Bearer first","body"]] 403 0`},
		"wants another sign-in":         {`[401, "Bearer error=\"insufficient_user_authentication\", max_age=5"]`, ``, `[["Bearer first","body"]] 401 0`},
		"not to be renewed":             {`[401]`, `l.silent = async () => { l.calls++; throw new TypeError("Failed to fetch") }`, `[["Bearer first","body"]] 401 1`},
		"renewed meanwhile":             {`[401], [200]`, `{ const real = fetch; window.fetch = (r) => ((l.token = sent.length ? l.token : "newer"), real(r)); l.holds = () => ({ sub: "alice", left: 1, access: sent.length ? "newer" : "first" }) }`, `[["Bearer first","body"],["Bearer newer","body"]] 200 0`},
		"nobody held a token until now": {`[200]`, `l.user = null`, `[["Bearer token-1","body"]] 200 1`},
	} {
		p.do(fmt.Sprintf(`api(%s)`, "["+c.answers+"]") + `, 1`)
		p.do(`api(...[` + c.answers + `])`)
		if c.before != "" {
			p.Eval(c.before+";true", nil)
		}
		p.is(name, `renew.fetch("https://api.shop.test/", { method: "POST", body: "body" }).then((r) => JSON.stringify(sent) + " " + r.status + " " + l.calls)`, quoted(c.want))
	}
	p.do(`api([401], [200])`)
	p.is("with another client", `renew.retry(async (token) => ({ status: token === "first" ? 401 : 200, token })).then((r) => r.token)`, `"token-1"`)
}

// TestVisible: a tab that is looked at again renews what is over, for who is signed in.
func TestVisible(t *testing.T) {
	h := newHouse(t)
	p := open(t, h.browser(t), h.app)
	const look = `document.dispatchEvent(new Event("visibilitychange"))`
	for name, c := range map[string]struct {
		start  string
		renews bool
	}{
		"fresh":        {`start("alice"), l.left = 61`, false},
		"almost over":  {`start("alice"), l.left = 59`, true},
		"over":         {`start("alice"), l.left = 0`, true},
		"nobody":       {`start(null), l.left = 0`, false},
		"switched off": {`start("alice", { visible: false }), l.left = 0`, false},
		"undone":       {`start("alice"), l.left = 0, renew.stop()`, false},
		"refused":      {`start("alice"), l.left = 0, l.fails = new Error("no")`, true},
	} {
		p.do(c.start)
		if p.do(look); c.renews {
			p.WaitEval(`l.calls === 1`, patience)
		} else {
			p.is(name, `navigator.locks.request("hush https://login.hush.test/ my-app", () => l.calls)`, "0")
		}
		p.do(`renew.stop()`)
	}
	p.is("many at once", `(start("alice"), Promise.all([renew(), renew(), renew()]).then(() => l.calls))`, "1")
}

// TestLadder: what goes on after which refusal, and what needs leave.
func TestLadder(t *testing.T) {
	h := newHouse(t)
	p := open(t, h.browser(t), h.app)
	p.do(`window.ways = (error, reason, more) => {
		localStorage.clear();
		window.went = [];
		start("alice");
		renew.stop();
		const way = (name, fails) => async () => { went.push(name); if (fails) throw fails; return { access_token: name } };
		const no = { error, error_description: "said", error_uri: reason && "https://login.hush.test/errors/" + reason };
		window.no = no;
		const lib = { ...l, silent: way("silent", no), popup: way("popup"), redirect: true, ...more?.(way) };
		window.leaving = new Promise((left) => { if (lib.redirect) lib.redirect = async () => { went.push("redirect"); left("left"); }; });
		window.renew = m.hush({ clientId: "my-app", library: lib });
	}`)
	// Without a click there is no popup, whoever allows it. What leaves the page does not resolve.
	run := func(ask string) string {
		return `Promise.race([renew(` + ask + `).then((r) => r.access_token, (e) => (e === no ? "its own error" : e.message)), leaving]).then((r) => r + ": " + went)`
	}
	for _, c := range []struct{ ways, ask, want string }{
		{`"login_required", "cookie_blocked"`, ``, "its own error: silent"},
		{`"login_required", "cookie_not_sent"`, `{ redirect: true }`, "left: silent,redirect"},
		{`"login_required", "session_not_here"`, `{ redirect: true }`, "left: silent,redirect"},
		{`"login_required"`, `{ redirect: true }`, "left: silent,redirect"},
		{`"timeout"`, `{ redirect: true }`, "left: silent,redirect"},
		{`"login_required", "cookie_blocked"`, `{ popup: true }`, "its own error: silent"},
		{`"login_required", "signed_out"`, `{ redirect: true }`, "its own error: silent"},
		{`"login_required", "no_session"`, `{ redirect: true }`, "its own error: silent"},
		{`"consent_required", "consent_required"`, `{ redirect: true }`, "its own error: silent"},
		{`"temporarily_unavailable", "store_unavailable"`, `{ redirect: true }`, "its own error: silent"},
		{`"login_required", "cookie_blocked", (way) => ({ refreshes: () => true, refresh: way("refresh") })`, ``, "refresh: refresh"},
		{`"login_required", "cookie_blocked", (way) => ({ refreshes: () => true, refresh: way("refresh", { error: "invalid_grant" }), silent: way("silent") })`, ``, "silent: refresh,silent"},
		{`"login_required", "cookie_blocked", (way) => ({ refreshes: () => true, refresh: way("refresh", new TypeError("Failed to fetch")), silent: way("silent") })`, ``, "Failed to fetch: refresh"},
		{`"login_required", "cookie_blocked", () => ({ redirect: undefined, popup: undefined })`, `{ redirect: true, popup: true }`, "its own error: silent"},
	} {
		p.do(`ways(` + c.ways + `)`)
		p.is(c.ways+" "+c.ask, run(c.ask), quoted(c.want))
	}
	const why = `window.renew.report().rungs.slice(4).map((r) => r.state + ": " + r.why)`
	p.do(`ways("login_required", "signed_out")`)
	p.is("a refusal about the user", `failed(renew()).then(() => `+why+`)`, `["not-tried: It would not help against signed_out.","not-tried: It would not help against signed_out.","not-tried: It would not help against signed_out.","not-tried: It would not help against signed_out."]`)
	p.do(`ways("login_required", "cookie_blocked", () => ({ redirect: undefined, popup: undefined }))`)
	p.is("a library without them", `failed(renew()).then(() => `+why+`.slice(2))`, `["unavailable: There is no popup() of this library.","unavailable: There is no redirect() of this library."]`)
	p.do(`ways("login_required", "cookie_blocked"), void renew({ redirect: true })`)
	p.WaitEval(`went.includes("redirect")`, patience)
	// The page came back refused: another renewal must not leave it again.
	p.do(`window.renew.stop(), window.was = localStorage.getItem("hush https://login.hush.test/ my-app"), ways("login_required", "cookie_blocked"), localStorage.setItem("hush https://login.hush.test/ my-app", was)`)
	p.is("left once", run(`{ redirect: true }`), `"its own error: silent"`)
	p.is("and says so", `renew.report().rungs.at(-1).why`, `"It was tried already, and came back refused."`)

	p.do(`ways("login_required", "cookie_blocked"), document.body.innerHTML = "<button>Renew</button>", document.querySelector("button").onclick = () => renew({ popup: true }).then((r) => (window.clicked = r.access_token + ": " + went))`)
	p.Click("button")
	p.WaitEval(`window.clicked`, patience)
	p.is("on a click", `clicked`, `"popup: silent,popup"`)
	p.is("the popup is told", `renew.report().rung`, `"popup"`)
}

func quoted(s string) string { return fmt.Sprintf("%q", s) }
