package sdk_test

import "testing"

// ours are a UserManager and an Auth0Client of the page, as far as hush.js uses them.
const ours = `window.went = [], window.user = { id_token: "of alice", access_token: "first", expires_in: 600, profile: { sub: "alice" } },
	window.manager = {
		settings: { authority: "https://login.hush.test/", client_id: "my-app", scope: "openid" },
		getUser: async () => user, storeUser: async (u) => void (user = u),
		signinSilent: async () => { went.push("silent"); await window.gate; if (window.no) throw no; return (user = { ...user, access_token: "second" }); },
		signinPopup: async (call) => (went.push(["popup", call.prompt, call.id_token_hint]), user),
		signinRedirect: async (call) => void went.push(["redirect", call.prompt, call.id_token_hint]),
	},
	window.claims = { sub: "alice", __raw: "of alice" }, window.cache = undefined,
	window.auth0 = {
		options: { authorizationParams: { scope: "openid" } }, getIdTokenClaims: async () => claims,
		getTokenSilently: async ({ cacheMode }) => {
			if (cacheMode === "cache-only") return cache;
			went.push("silent");
			await window.gate;
			if (window.no) { claims = undefined; throw no; } // as it does: it signs out locally
			return { access_token: "renewed", expires_in: 600, refresh_token: "secret" };
		},
		loginWithPopup: async (o) => void went.push(["popup", o.authorizationParams]),
		loginWithRedirect: async (o) => void went.push(["redirect", o.authorizationParams]),
	}`

// TestTwice: an app that puts hush.js in front of its library twice, as pages do that
// run their code again, waits for nobody but other tabs.
func TestTwice(t *testing.T) {
	h := newHouse(t)
	p := open(t, h.browser(t), h.app)
	for object, call := range map[string]string{"userManager: manager": "manager.signinSilent", "auth0, issuer: 'https://login.hush.test/', clientId: 'my-app'": "auth0.getTokenSilently"} {
		p.do(ours)
		p.do(`window.before = ` + call + `, window.first = m.hush({ ` + object + ` }), window.second = m.hush({ ` + object + ` })`)
		p.do(`window.locks = 0, navigator.locks.request = function () { locks++; return LockManager.prototype.request.apply(navigator.locks, arguments); }`)
		p.is(call, call+`({ cacheMode: "off" }).then(() => [went, locks])`, `[["silent"],1]`)
		p.is("the first one's stop", `(first.stop(), `+call+` !== before)`, "true")
		p.is("undone", `(second.stop(), `+call+` === before)`, "true")
	}
}

// TestCallbackThrows: what the app's own report does wrong costs it no tokens, and hides
// no error.
func TestCallbackThrows(t *testing.T) {
	h := newHouse(t)
	p := open(t, h.browser(t), h.app)
	p.do(`window.told = [], onerror = (m) => (told.push(m), true), start("alice", { onreport: () => { throw new Error("of the app") } })`)
	p.is("a renewal", `renew().then((r) => r.access_token.startsWith("secret-"))`, "true")
	p.is("a refusal", `(l.fails = new Error("its own"), failed(renew()))`, `"its own"`)
	p.is("the page is told", `told`, `["Uncaught Error: of the app","Uncaught Error: of the app"]`)
	p.do(`l.fails = null, l.tokens = async () => { throw new Error("of the library") }`)
	p.is("tokens that cannot be shared", `renew().then((r) => r.access_token.startsWith("secret-"))`, "true")
}

// TestAnotherUser: popup and redirect renew for the user whose tokens the library holds,
// also where a refusal made it forget them. Who signed in at the provider since is
// refused by the hint.
func TestAnotherUser(t *testing.T) {
	h := newHouse(t)
	p := open(t, h.browser(t), h.app)
	p.do(`document.body.innerHTML = "<button>Renew</button>"`)
	for object, want := range map[string][2]string{
		"userManager: manager": {`["popup","none","of alice"]`, `["redirect","none","of alice"]`},
		"auth0, issuer: 'https://login.hush.test/', clientId: 'my-app'": {
			`["popup",{"id_token_hint":"of alice","prompt":"none"}]`, `["redirect",{"id_token_hint":"of alice","prompt":"none"}]`},
	} {
		p.do(`localStorage.clear(), ` + ours + `, window.no = { error: "login_required", error_uri: "https://login.hush.test/errors/cookie_blocked" }`)
		p.do(`window.renew = m.hush({ ` + object + ` }), document.querySelector("button").onclick = () => renew({ popup: true }).catch(String)`)
		p.Click("button")
		p.WaitEval(`went.length > 1`, patience)
		p.is(object, `went.at(-1)`, want[0])
		p.do(`localStorage.clear(), claims = { sub: "alice", __raw: "of alice" }, went.length = 0, void renew({ redirect: true }).catch(String)`)
		p.WaitEval(`went.length > 1`, patience)
		p.is(object, `went.at(-1)`, want[1])
		p.do(`renew.stop()`)
	}
}

// TestTabsThenSignIn: tokens of another tab are old once this one signed in again, as
// another user or with more, and none is taken by who signed out while asking.
func TestTabsThenSignIn(t *testing.T) {
	h := newHouse(t)
	b := h.browser(t)
	share := func(start string) (tab, tab) {
		a, c := open(t, b, h.app), open(t, b, h.app)
		a.do(ours + `, window.renew = m.hush({ ` + start + ` }), close_(), window.done = renew()`)
		a.WaitEval(`went.length === 1`, patience)
		c.do(ours + `, window.renew = m.hush({ ` + start + ` })`)
		return a, c
	}
	const auth0 = "auth0, issuer: 'https://login.hush.test/', clientId: 'my-app'"
	a, c := share(auth0)
	c.do(`window.done = renew()`)
	c.WaitEval(waits+`.then((n) => n === 1)`, patience)
	a.do(`open_()`)
	c.is("taken", `done.then((r) => [r.access_token, r.refresh_token ?? null, went.length])`, `["renewed",null,0]`)
	c.is("kept", `auth0.getTokenSilently()`, `"renewed"`)
	c.do(`cache = { access_token: "of a stronger sign-in", expires_in: 600 }, claims = { sub: "alice", __raw: "newer" }`)
	c.is("not past a sign-in", `auth0.getTokenSilently()`, `"of a stronger sign-in"`)

	for name, then := range map[string]string{"another user": `{ profile: { sub: "bob" }, access_token: "of bob" }`, "nobody": `null`} {
		a, c = share("userManager: manager")
		c.do(`window.real = manager.getUser, window.asked = 0, manager.getUser = async () => (new Error().stack.includes("ask") && asked++ ? (user = ` + then + `) : user)`)
		c.do(`window.stored = [], manager.storeUser = async (u) => void stored.push(u), window.done = renew()`)
		c.WaitEval(waits+`.then((n) => n === 1)`, patience)
		a.do(`open_()`)
		c.is(name, `done.then(() => [stored.length, went], String)`, `[0,["silent"]]`)
	}
}

// TestAddressOfCalls: what fetch() would send elsewhere carries no cookies, whatever it
// says of itself.
func TestAddressOfCalls(t *testing.T) {
	h := newHouse(t)
	p := open(t, h.browser(t), h.app)
	p.do(`window.sent = [], window.fetch = async (input, init) => (sent.push(init?.credentials ?? "unset"), new Response())`)
	p.do(`start("alice")`)
	p.is("an object with another address", `fetch({ url: "https://login.hush.test/oauth/token", toString: () => "https://www.evil.test/" }).then(() => sent)`, `["unset"]`)
}

// TestRetryOfAnother: a request that one user made is not sent again with the token of
// who came after them, nor of who the renewal brought.
func TestRetryOfAnother(t *testing.T) {
	h := newHouse(t)
	p := open(t, h.browser(t), h.app)
	for name, when := range map[string]string{
		"while the API answered": `window.answered = () => ((l.user = "bob"), (l.token = "of bob"))`,
		"and signed out":         `window.answered = () => (l.user = null)`,
		"by the renewal":         `window.answered = () => {}, l.silent = async () => ((l.user = "bob"), { access_token: (l.token = "of bob") })`,
	} {
		p.do(`start("alice"), window.sent = [], ` + when)
		p.is(name, `renew.retry(async (token) => (sent.push(token), answered(), { status: 401 })).then((r) => [r.status, sent])`, `[401,["first"]]`)
		p.do(`renew.stop()`)
	}
}
