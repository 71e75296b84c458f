package page

import (
	"strings"
	"testing"
)

// long has no place to break: the narrowest page must still hold it.
var long = strings.Repeat("unbroken", 30)

// passkey is what a page asks a browser for that has none, and drawn a picture that is
// wider than a phone.
const (
	passkey = `{"challenge":"AAAA","rp":"login.example.com","verify":"required"}`
	drawn   = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='600' height='600'/%3E"
)

// samples is every view with everything filled in, and with as little as may be,
// as the web package fills them in an edition.
func samples(e *Edition) map[string]View {
	const base = "/tenant/"
	picture := base + "static/" + assets["favicon"].name
	parked := Parked{Request: "c2VhbGVk"}
	orders := map[string]string{english: "Read your orders", "de": "Ihre Bestellungen lesen"}[e.Language] // from the configuration
	told := func(kind string) Error {
		return Error{Base: base, Title: e.Text("error." + kind + ".title"), Message: e.Text("error." + kind + ".text"), Todo: e.Text("error." + kind + ".todo")}
	}
	refused, unsure := told("signin"), told("unsure")
	refused.Status, refused.Code, refused.Reason, refused.RequestID = 400, "invalid_request", "redirect-uri-unknown", "01JD3N8Q4W7Z"
	refused.Description = "This redirect_uri is not registered for the app."
	refused.Details = []Detail{{"client_id", "demo-orders"}, {"redirect_uri", "https://orders.example.com/callback/of/an/app/that/was/not/registered?with=a&long=query"}}
	reason := Reason{
		Base: base, Code: "third-party-cookies-blocked", OAuthError: "login_required",
		Title:   "The browser hid the session cookie",
		Meaning: "The app asked in a hidden frame, and the browser did not send the cookie of another site along. So the provider could not see that somebody is signed in.",
		Todo: []string{
			"Serve the app and the provider under one site, such as app.example.com and login.example.com.",
			"Or let the app use refresh tokens, which need no frame.",
			"Or send the person through the sign-in page once: it can ask the browser for access.",
		},
	}
	return map[string]View{
		"login":          Login{Base: base, Action: "/login", Parked: parked, Client: "Orders"},
		"login-bare":     Login{Base: "/", Action: "/login"},
		"login-error":    Login{Base: base, Action: "/login", Parked: parked, Client: "Orders", Username: "alice", Error: e.Text("problem.credentials"), Notice: e.Text("login.again")},
		"login-remember": Login{Base: base, Action: "/login", Parked: parked, Client: "Orders", Username: "alice", Remember: true, Ticked: true},
		"login-long":     Login{Base: base, Action: "/login", Parked: parked, Client: long, Username: long, Error: long, Notice: long, Remember: true},
		"select": Select{Base: base, Action: "/select", Parked: parked, Client: "Orders", Accounts: []Choice{
			{Value: "1", Name: "Alice Liddell", Detail: "alice@example.com"}, {Value: "2", Name: "Bob Mason"}, {Value: "3", Name: "Carol", Detail: "carol@example.com", Over: true},
		}},
		"select-one": Select{Base: base, Action: "/select", Parked: parked, Client: "Orders", Accounts: []Choice{{Value: "1", Name: "alice", Detail: "alice@example.com"}}},
		"select-long": Select{Base: base, Action: "/select", Client: long, Accounts: []Choice{
			{Value: "1", Name: long, Detail: long + "@example.com"}, {Value: "2", Name: long, Detail: long, Over: true},
		}},
		"consent": Consent{Base: base, Action: "/consent", Parked: parked, Client: "Orders", ClientHost: "orders.example.com", Account: "alice", Back: "/login?switch=1", Permissions: []Permission{
			{Text: e.Text("scope.profile"), Scope: "profile"},
			{Text: e.Text("scope.email"), Scope: "email"},
			{Text: orders, Scope: "read:orders", API: "Orders API"},
		}},
		"consent-app": Consent{Base: base, Action: "/consent", Parked: parked, Client: "Orders", ClientHost: "orders.example.com", Account: "alice",
			Logo: picture, Site: "https://orders.example.com/", Policy: "https://orders.example.com/privacy", Terms: "https://orders.example.com/terms",
			Permissions: []Permission{{Text: e.Text("scope.profile"), Scope: "profile"}}},
		"consent-stranger": Consent{Base: base, Action: "/consent", Parked: parked, Client: "Orders", ClientHost: "0rders.test", Stranger: "0rders.test", Account: "alice",
			Logo: picture, Policy: "https://0rders.test/privacy", Permissions: []Permission{{Text: e.Text("scope.profile"), Scope: "profile"}}},
		"login-stranger":    Login{Base: base, Action: "/login", Parked: parked, Client: "Orders", Stranger: "0rders.test", Error: e.Text("problem.credentials")},
		"select-stranger":   Select{Base: base, Action: "/select", Parked: parked, Client: "Orders", Stranger: "com.example.orders", Accounts: []Choice{{Value: "1", Name: "alice"}}},
		"consent-none":      Consent{Base: base, Action: "/consent"},
		"consent-long":      Consent{Base: base, Action: "/consent", Client: long, ClientHost: long + ".example.com", Stranger: long + ".example.com", Account: long, Permissions: []Permission{{Text: long, Scope: long, API: long}}},
		"error":             refused,
		"error-bare":        unsure,
		"error-long":        Error{Base: base, Title: long, Message: long, Todo: long, Code: long, Description: long, Reason: long, RequestID: long, Details: []Detail{{long, long}}},
		"sign-out":          SignOut{Base: base, Action: "/oidc/logout/confirm", Parked: parked, Client: "Orders", Accounts: []string{"alice"}},
		"sign-out-bare":     SignOut{Base: base, Action: "/oidc/logout/confirm", Parked: parked},
		"sign-out-long":     SignOut{Base: base, Action: "/oidc/logout/confirm", Client: long, Accounts: []string{long, "alice"}},
		"signed-out":        SignedOut{Base: base, Client: "Orders", ReturnTo: "https://orders.example.com/"},
		"signed-out-notice": SignedOut{Base: base, Notice: e.Text("signedout.address"), Account: true},
		"farewell":          Farewell{Base: base, Nonce: nonce, Apps: []Told{{Name: "Orders"}, {Name: "Reports"}}, Client: "Orders", ReturnTo: "https://orders.example.com/"},
		"farewell-notice":   Farewell{Base: base, Nonce: nonce, Apps: []Told{{Name: "Orders"}}, Notice: e.Text("signedout.address")},
		"farewell-long":     Farewell{Base: base, Nonce: nonce, Apps: []Told{{Name: long}}, Client: long, ReturnTo: "https://orders.example.com/"},
		"reason":            reason,
		"reasons":           ReasonIndex{Base: base, Reasons: []Reason{reason, {Code: "no-session", OAuthError: "login_required", Title: "Nobody is signed in"}, {Code: long, OAuthError: long, Title: long}}},
		"reasons-none":      ReasonIndex{Base: base},
		"login-passkey": Login{Base: base, Action: "/login", Parked: parked, Client: "Orders", Remember: true, Passkey: Passkey{nonce, passkey},
			Connections: []Connection{{Name: "partner", Title: "Partner Ltd"}}},
		"factor":         Factor{Base: base, Action: "/login/factor", Parked: parked, Account: "Alice Liddell", App: true, Back: "/login?account=other", Error: e.Text("problem.code")},
		"factor-passkey": Factor{Base: base, Action: "/login/factor", Parked: parked, Account: "Alice Liddell", Back: "/login?account=other", Passkey: Passkey{nonce, passkey}},
		"factor-add-passkey": Factor{Base: base, Action: "/login/factor", Parked: parked, Account: long, Secret: long, Picture: drawn, Back: "/login?account=other",
			Error: long, Passkey: Passkey{nonce, passkey}},
		"factor-recovery": Factor{Base: base, Action: "/login/factor", Parked: parked, Account: "Alice Liddell", Noted: true, Recovery: []string{"abcd-efgh-ijkl-mnop", "qrst-uvwx-yz23-4567"}},
		"factors":         Factors{Base: base, Action: "/account/factors", Parked: parked, Account: "Alice Liddell", Confirm: "/account/factors/login", Apps: []Had{{ID: "x", When: e.Text("ago.now")}}, Back: "/account"},
		"factors-passkey": Factors{Base: base, Action: "/account/factors", Parked: parked, Account: long, Notice: e.Text("factors.told"), Left: e.Text("factors.left", "count", "9"), Back: "/account",
			Passkeys: []Had{{ID: "x", Name: long, When: e.Text("ago.now")}, {ID: "y", When: e.Text("ago.now")}}, Apps: []Had{{ID: "z", When: e.Text("ago.now")}}, Passkey: Passkey{nonce, passkey}},
		"factors-add": Factors{Base: base, Action: "/account/factors", Parked: parked, Account: "Alice Liddell", Token: "sealed", Secret: long, Picture: drawn, Back: "/account"},
		"account": Account{Base: base, Action: "/account/end", Parked: parked, Account: "Alice Liddell", Switch: base + "account?choose=1",
			Password: base + "account/password", Notice: e.Text("account.told.one"), Others: true, More: base + "account?after=x", Places: []Place{
				{Name: e.Text("account.device", "browser", "Firefox", "system", "Linux"), Here: true, When: e.Text("account.when", "since", e.Text("ago.days", "count", "3"), "used", e.Text("ago.now")), Apps: []string{"Orders", "Reports", "Classic"}, End: "one"},
				{Name: e.Text("account.device", "browser", "Safari", "system", "iPhone"), When: e.Text("account.when", "since", e.Text("ago.day"), "used", e.Text("ago.hours", "count", "4")), Apps: []string{"Orders"}, End: "two"},
				{Name: e.Text("account.unknown"), When: e.Text("account.when", "since", e.Text("ago.hour"), "used", e.Text("ago.minutes", "count", "40")), End: "three"},
			}},
		"account-bare": Account{Base: base, Action: "/account/end", Parked: parked, Account: "alice", Places: []Place{
			{Name: e.Text("account.device", "browser", "Chrome", "system", "Windows"), Here: true, When: e.Text("account.when", "since", e.Text("ago.minute"), "used", e.Text("ago.now")), End: "one"}}},
		"account-long":   Account{Base: base, Action: "/account/end", Parked: parked, Account: long, Switch: base, Notice: long, Others: true, Places: []Place{{Name: long, When: long, Apps: []string{long, long}, Here: true, End: "one"}}},
		"accounts":       Accounts{Base: base, Accounts: []Known{{"Alice Liddell", "alice@example.com", base + "account?as=1"}, {"bob", "", base + "account?as=2"}}},
		"accounts-long":  Accounts{Base: base, Accounts: []Known{{long, long, base + "account?as=1"}}},
		"password":       Password{Base: base, Action: "/account/password", Parked: parked, Account: "Alice Liddell", Username: "alice", Back: base + "account"},
		"password-error": Password{Base: base, Action: "/account/password", Parked: parked, Account: "alice", Username: "alice", Error: e.Text("password.short"), Wrong: "next", Back: base + "account"},
		"password-long":  Password{Base: base, Action: "/account/password", Parked: parked, Account: long, Username: long, Error: long, Wrong: "current"},
		"check": Check{Base: base, Action: "/silent/check", Nonce: nonce, ClientID: "orders", Client: "Orders", Script: "{}", Sections: rungs(e), Paste: "(() => {\n  alert(1);\n})();", Look: e.Text("check.step.look", "origin", "https://login.example.com"),
			Origins: []string{"https://orders.example.com", "https://www.orders.example.com"}},
		"check-framed":  Check{Base: base, Nonce: nonce, Client: "Orders", Framed: true, Script: "{}", Sections: rungs(e)},
		"check-bare":    Check{Base: base, Action: "/silent/check", Nonce: nonce},
		"check-unknown": Check{Base: base, Action: "/silent/check", Nonce: nonce, ClientID: "ordres", Unknown: true},
		"check-nowhere": Check{Base: base, Action: "/silent/check", Nonce: nonce, ClientID: "tool", Client: "Tool"},
		"check-long": Check{Base: base, Action: "/silent/check", Nonce: nonce, ClientID: long, Client: long, Script: long, Paste: long, Look: long, Origins: []string{"https://" + long + ".example.com"},
			Sections: []Section{{Title: long, Rungs: []Rung{{Name: "x", Title: long, State: "fails", Says: []Said{{"fails", "fails", long}}, Link: base, Code: long, Ask: long}}}}},
		"message":      Message{Base: base, Title: e.Text("home.title"), Text: e.Text("home.text"), Account: true},
		"message-bare": Message{Base: base, Title: e.Text("home.title")},
	}
}

// rungs is one in every state.
func rungs(e *Edition) []Section {
	rung := func(name, state string, says ...Said) Rung {
		return Rung{Name: name, Title: e.Text("check." + name), State: state, Says: says}
	}
	silent := rung("silent", "fails", Said{"fails", "fails", e.Text("check.silent.fails")})
	silent.Link, silent.Code = "/tenant/errors/", "cookie_blocked"
	storage := rung("storage", "click", Said{"click", "click", e.Text("check.storage.click")})
	storage.Ask = e.Text("check.storage.ask")
	return []Section{
		{e.Text("check.iframe"), []Rung{
			silent, rung("site", "fails", Said{"fails", "off", e.Text("check.site.fails")}), rung("cookie", "wait"), storage,
			rung("renewal", "planted", Said{"planted", "works", e.Text("check.renewal.planted")}), rung("fedcm", "needless", Said{"needless", "needless", ""}),
		}},
		{e.Text("check.otherwise"), []Rung{rung("refresh", "works", Said{"works", "works", e.Text("check.refresh.works")}), rung("popup", "unsure", Said{"unsure", "unsure", ""})}},
	}
}

// nonce is that of the pages with a script.
const nonce = "bm9uY2U"

// forDevelopers are the samples that are in English whatever the others are in.
func forDevelopers(name string) bool { return strings.HasPrefix(name, "reason") }

// rendered is a page of Hush in English.
func rendered(v View) (string, error) { return renderedIn(Hush().ForDevelopers(), v) }

func renderedIn(e *Edition, v View) (string, error) {
	var b strings.Builder
	err := e.Render(&b, v)
	return b.String(), err
}

// logo changes its ink with the scheme, as a logo should.
const logo = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 190 48" width="190" height="48"><style>text{fill:#16211f}@media (prefers-color-scheme:dark){text{fill:#fff}}</style>` +
	`<circle cx="24" cy="24" r="20" fill="#ffc400"/><circle cx="24" cy="24" r="8" fill="#16211f"/>` +
	`<text x="56" y="34" font-family="Liberation Sans, Arial, sans-serif" font-size="30" font-weight="700">Example</text></svg>`

// branded is the pages of an operator in German, with much set otherwise.
func branded(t testing.TB, change func(*Branding)) *Edition {
	t.Helper()
	image, err := ParseImage([]byte(logo))
	if err != nil {
		t.Fatal(err)
	}
	o := Branding{Name: "Example Ltd", Logo: image, Accent: colour(t, "#ffc400"), Languages: []string{"de", "en"}}
	if change != nil {
		change(&o)
	}
	b, err := NewBrand(o)
	if err != nil {
		t.Fatal(err)
	}
	return b.In("")
}

func colour(t testing.TB, text string) Color {
	t.Helper()
	c, err := ParseColor(text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
