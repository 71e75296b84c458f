package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/internal/token"
	"github.com/hush-sso/hush/silent"
)

const bye = "https://app.leaver.test/bye"

// leavers are apps that may send their users here to sign out.
func leavers() []client.Spec {
	app := func(id, group string) client.Spec {
		base := "https://app." + id + ".test"
		return client.Spec{ID: id, Name: "The " + id, FirstParty: true, SSOGroup: group, RedirectURIs: []string{base + "/callback"},
			GrantTypes: []string{"authorization_code", "implicit"}, ResponseTypes: []string{"code", "id_token", "token"},
			PostLogoutRedirectURIs: []string{base + "/bye", base + "/bye?a=b", "com.example." + id + ":/bye"}}
	}
	return []client.Spec{app("leaver", ""), app("other", ""), app("isle", "island")}
}

func startLeavers(t *testing.T, o hushtest.Options) *hushtest.Site {
	t.Helper()
	o.Clients = append(o.Clients, leavers()...)
	return start(t, o)
}

// hintOf is an ID token that the app got for who is signed in.
func hintOf(t *testing.T, a *hushtest.Agent, clientID string) string {
	t.Helper()
	return granted(t, a.Authorize(quiet(clientID, "response_type", "id_token")))["id_token"]
}

// leave is a request to sign out of the app leaver; pairs change it, "" leaves a
// parameter out.
func leave(hint string, pairs ...string) url.Values {
	q := url.Values{"client_id": {"leaver"}, "post_logout_redirect_uri": {bye}, "state": {"s 1"}}
	return with(with(q, "id_token_hint", hint), pairs...)
}

func endSession(a *hushtest.Agent, q url.Values) *hushtest.Reply {
	return a.Get("oidc/logout?" + q.Encode())
}

// window is a navigation of the whole window that another site's page began.
func window(t *testing.T, a *hushtest.Agent) *hushtest.Agent {
	return fromElsewhere(t, a, "document", "cross-site")
}

// goesTo checks where the browser was sent.
func goesTo(t *testing.T, r *hushtest.Reply, address string) {
	t.Helper()
	if got := r.Header.Get("Location"); r.Status != http.StatusSeeOther || got != address {
		t.Errorf("status %d to %q, want %q\n%.600s", r.Status, got, address, r.Body)
	}
}

// asks checks for the question, which nothing has answered yet.
func asks(t *testing.T, r *hushtest.Reply) {
	t.Helper()
	isPage(t, r, http.StatusOK)
	if r.Form == nil || !strings.Contains(r.Body, `name="confirm"`) {
		t.Errorf("nobody is asked at %s\n%.900s", r.URL, r.Body)
	}
}

// own is the browser when a page of ours sends its form.
func own(t *testing.T, a *hushtest.Agent) *hushtest.Agent {
	b := fromElsewhere(t, a, "document", "same-origin")
	b.SetHeader("Sec-Fetch-Mode", "navigate")
	b.SetHeader("Origin", strings.TrimSuffix(issuer, "/"))
	return b
}

func TestEndSession(t *testing.T) {
	s := startLeavers(t, hushtest.Options{})
	get := func(a *hushtest.Agent, q url.Values) *hushtest.Reply { return endSession(a, q) }
	post := func(a *hushtest.Agent, q url.Values) *hushtest.Reply { return a.Post("oidc/logout", q) }
	elderly := func(a *hushtest.Agent) *hushtest.Agent { return a }
	from := func(site string) func(*hushtest.Agent) *hushtest.Agent {
		return func(a *hushtest.Agent) *hushtest.Agent { return fromElsewhere(t, a, "document", site) }
	}
	for name, way := range map[string]struct {
		prepare func(*hushtest.Agent) *hushtest.Agent
		send    func(*hushtest.Agent, url.Values) *hushtest.Reply
	}{
		"from the app":                    {from("cross-site"), get},
		"from an app beside us":           {from("same-site"), get},
		"from an app beside us, by POST":  {from("same-site"), post},
		"from the app, by POST":           {from("cross-site"), post},
		"by an elderly browser":           {elderly, get},
		"by an elderly browser, by POST":  {elderly, post},
		"without the form cookie":         {func(a *hushtest.Agent) *hushtest.Agent { a.SetCookie(formCookie, ""); return from("cross-site")(a) }, get},
		"without the form cookie, a POST": {func(a *hushtest.Agent) *hushtest.Agent { a.SetCookie(formCookie, ""); return from("cross-site")(a) }, post},
	} {
		t.Run(name, func(t *testing.T) {
			a := signIn(t, s.Node(0), "alice")
			hint := hintOf(t, a, "leaver")
			old := a.Copy(t)
			a = way.prepare(a)
			r := way.send(a, leave(hint))
			goesTo(t, r, bye+"?state=s%201")
			if strings.Contains(r.URL, "id_token_hint") && r.Hops > 0 {
				t.Error("the ID token went into the address")
			}
			kept := a.Cookies()[ssoCookie]
			if kept == nil || kept.MaxAge <= 0 || kept.MaxAge > 3600 {
				t.Errorf("the cookie afterwards is %v", kept)
			}
			silently(t, old, silent.SignedOut)
		})
	}
}

// TestEndSessionOnLocalhost: there the SSO cookie is Lax too, so that a POST of
// another site carries none at all.
func TestEndSessionOnLocalhost(t *testing.T) {
	s := startLeavers(t, hushtest.Options{Localhost: true})
	a := s.Node(0)
	a.Authorize(request("leaver"))
	code := a.SignIn("alice", "wonderland").Answer.Params["code"]
	_, hint := redeemed(t, a.Exchange(code, verifier))
	goesTo(t, window(t, a).Post("oidc/logout", leave(hint)), bye+"?state=s%201")
	if p := a.Authorize(quiet("leaver")).Answer.Params; !strings.HasSuffix(p["error_uri"], "/"+string(silent.SignedOut)) {
		t.Errorf("afterwards: %v", p)
	}
}

// TestEndSessionInTheBackground: a genuine hint does not make an image or a frame
// a window.
func TestEndSessionInTheBackground(t *testing.T) {
	s := startLeavers(t, hushtest.Options{})
	a := signIn(t, s.Node(0), "alice")
	q := leave(hintOf(t, a, "leaver"))
	refuse := func(name string, r *hushtest.Reply) {
		t.Helper()
		isPage(t, r, http.StatusForbidden)
		if len(r.Set) > 0 || r.Hops > 0 && name != "an elderly frame's POST" || strings.Contains(r.Body, "<form") {
			t.Errorf("%s: cookies %v\n%s", name, r.Set, r.Body)
		}
	}
	for _, dest := range []string{"iframe", "frame", "embed", "object", "fencedframe", "empty", "image", "script", "style"} {
		b := fromElsewhere(t, a, dest, "cross-site")
		refuse(dest, endSession(b, q))
		refuse(dest, b.Post("oidc/logout", q))
		refuse(dest, fromElsewhere(t, a, dest, "same-site").Post("oidc/logout", q))
	}
	for _, purpose := range []string{"prefetch", "prefetch;prerender"} {
		b := window(t, a)
		b.SetHeader("Sec-Purpose", purpose)
		refuse(purpose, endSession(b, q))
		refuse(purpose, b.Post("oidc/logout", q))
	}
	b := a.Copy(t) // a browser of before Fetch Metadata, in a frame
	b.SetCookie(formCookie, "")
	refuse("an elderly frame", endSession(b, q))
	refuse("an elderly frame's POST", b.Post("oidc/logout", q))
	// What was moved into an address is worth no more there.
	moved := a.Copy(t)
	moved.SetCookie(formCookie, "")
	at := strings.TrimPrefix(fromElsewhere(t, moved, "document", "cross-site").Post("oidc/logout", leave("")).URL, issuer)
	if !strings.HasPrefix(at, "oidc/logout/confirm?request=") {
		t.Fatalf("the POST went on at %s", at)
	}
	refuse("a frame of the moved request", fromElsewhere(t, a, "iframe", "cross-site").Get(at))
	silently(t, a, "")
}

// TestEndSessionAsks where the hint is missing or does not show that the app's
// user is who is signed in. What is no hint at all leads nowhere afterwards.
func TestEndSessionAsks(t *testing.T) {
	s := startLeavers(t, hushtest.Options{})
	elsewhere := startLeavers(t, hushtest.Options{NoKeys: true}) // the same issuer, which makes keys of its own
	awaitReady(t, elsewhere.Nodes[0])
	a := signIn(t, s.Node(0), "alice")
	alices := hintOf(t, a, "leaver")
	bobs := hintOf(t, signIn(t, s.Node(0), "bob"), "leaver")
	foreign := hintOf(t, signIn(t, elsewhere.Node(0), "alice"), "leaver")
	tenant := node(t, embedded(t), func(o *provider.Options) { o.Issuer = "https://login.hush.test/tenant/"; o.Clients = leavers() })
	b := hushtest.NewAgent(t, "https://login.hush.test/tenant/", hushtest.Direct(tenant.Public))
	b.Authorize(request("leaver", "response_type", "id_token"))
	otherIssuer := b.SignIn("alice", "wonderland").Answer.Params["id_token"]
	access := granted(t, a.Authorize(quiet("leaver", "response_type", "token")))["access_token"]
	head, rest, _ := strings.Cut(alices, ".")
	claims, signature, _ := strings.Cut(rest, ".")
	_, bobsRest, _ := strings.Cut(bobs, ".")
	bobsClaims, _, _ := strings.Cut(bobsRest, ".")
	for name, c := range map[string]struct {
		q     url.Values
		leads bool // to the app, once it is confirmed
	}{
		"no hint":                  {leave(""), true},
		"no hint, but logout_hint": {leave("", "logout_hint", "alice"), true},
		"another user's":           {leave(bobs), true},
		"contradicted":             {leave(alices, "logout_hint", "bob"), true},
		"contradicted by nonsense": {leave(alices, "logout_hint", "nobody"), true},
		"another app's":            {leave(hintOf(t, a, "other")), false},
		"of an app unknown":        {leave(alices, "client_id", "nobody"), false},
		"foreign keys":             {leave(foreign), false},
		"another issuer":           {leave(otherIssuer), false},
		"an access token":          {leave(access), false},
		"no token":                 {leave("x.y.z"), false},
		"too long":                 {leave(strings.Repeat("x", 20<<10)), false},
		"without signature":        {leave(head + "." + claims + "."), false},
		"other claims":             {leave(head + "." + bobsClaims + "." + signature), false},
	} {
		t.Run(name, func(t *testing.T) {
			a := signIn(t, s.Node(0), "alice")
			b := window(t, a)
			if len(c.q.Get("id_token_hint")) < 16<<10 {
				asks(t, endSession(b, c.q))
			}
			r := b.Post("oidc/logout", c.q)
			asks(t, r)
			if !strings.Contains(r.Body, "Alice") {
				t.Errorf("the page does not say who is signed in\n%s", r.Body)
			}
			silently(t, a, "")
			b = own(t, b)
			asks(t, b.Submit()) // by the Enter key of a script, say
			silently(t, a, "")
			r = b.Submit("confirm", "yes")
			if c.leads {
				goesTo(t, r, bye+"?state=s%201")
			} else if isPage(t, r, http.StatusBadRequest); !strings.Contains(r.Body, "id_token_hint") {
				t.Errorf("the page does not say why\n%s", r.Body)
			}
			silently(t, a, silent.SignedOut)
		})
	}
}

// TestEndSessionHints that name the user in one of the ways spare the question.
func TestEndSessionHints(t *testing.T) {
	store := embedded(t)
	s := startLeavers(t, hushtest.Options{Store: store})
	leaver, err := client.New(leavers()[0])
	if err != nil {
		t.Fatal(err)
	}
	for name, q := range map[string]func(hint string) url.Values{
		"alone":             func(hint string) url.Values { return leave(hint) },
		"without client_id": func(hint string) url.Values { return leave(hint, "client_id", "") },
		"with the sub":      func(hint string) url.Values { return leave(hint, "logout_hint", "alice") },
		"with the sid":      func(hint string) url.Values { return leave(hint, "logout_hint", claimsOf(t, hint)["sid"].(string)) },
		"with the e-mail":   func(hint string) url.Values { return leave(hint, "logout_hint", "ALICE@demo.example") },
		"of last year": func(string) url.Values {
			g := token.Grant{ClientID: "leaver", UserID: "alice", SID: "gone", JTI: token.NewJTI()}
			hint, err := mint(t, store).IDToken(leaver, g, token.User{ID: "alice"}, time.Now().AddDate(-1, 0, 0), "", "")
			if err != nil {
				t.Fatal(err)
			}
			return leave(hint)
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := signIn(t, s.Node(0), "alice")
			goesTo(t, endSession(window(t, a), q(hintOf(t, a, "leaver"))), bye+"?state=s%201")
			silently(t, a, silent.SignedOut)
		})
	}
}

// TestEndSessionNobody: where nobody is signed in there is nothing to ask.
func TestEndSessionNobody(t *testing.T) {
	store := embedded(t)
	s := startLeavers(t, hushtest.Options{Store: store})
	over := signIn(t, s.Node(0), "alice")
	hint := hintOf(t, over, "leaver")
	age(t, store, over, 200*time.Hour)
	out := signIn(t, s.Node(0), "alice")
	endSession(window(t, out), leave(hintOf(t, out, "leaver")))
	damaged := s.Node(0)
	damaged.SetCookie(ssoCookie, "x")
	for name, a := range map[string]*hushtest.Agent{"no cookie": s.Node(0), "over": over, "signed out": out, "a damaged cookie": damaged} {
		for _, q := range []url.Values{leave(""), leave(hint)} {
			b := window(t, a)
			goesTo(t, endSession(b, q), bye+"?state=s%201")
			goesTo(t, b.Post("oidc/logout", q), bye+"?state=s%201")
		}
		isPage(t, endSession(window(t, a), url.Values{}), http.StatusOK)
		if r := endSession(window(t, a), leave("x.y.z")); r.Status != http.StatusBadRequest || r.Header.Get("Location") != "" {
			t.Errorf("%s: status %d to %q", name, r.Status, r.Header.Get("Location"))
		}
	}
}

// TestEndSessionOfOthers: a hint ends the sessions of the user that it names. Who
// is signed in for apps that do not share stays, and is nobody's to name.
func TestEndSessionOfOthers(t *testing.T) {
	s := startLeavers(t, hushtest.Options{})
	a := signIn(t, s.Node(0), "alice")
	alices := hintOf(t, a, "leaver")
	a.Authorize(request("isle", "response_type", "id_token"))
	bobs := granted(t, a.SignIn("bob", "builder"))["id_token"]

	// Bob is signed in here, but not for this app.
	asks(t, endSession(window(t, a), leave(hintOf(t, signIn(t, s.Node(0), "bob"), "leaver"))))
	asks(t, endSession(window(t, a), leave(bobs, "client_id", "", "post_logout_redirect_uri", "", "logout_hint", "alice")))
	goesTo(t, endSession(window(t, a), leave(alices)), bye+"?state=s%201")
	silently(t, a, silent.SignedOut)
	granted(t, a.Authorize(quiet("isle")))

	a.Authorize(request("leaver"))
	granted(t, a.SignIn("alice", "wonderland"))
	goesTo(t, endSession(window(t, a), leave(bobs, "client_id", "isle", "post_logout_redirect_uri", "https://app.isle.test/bye?a=b")),
		"https://app.isle.test/bye?a=b&state=s%201")
	silently(t, a, "")
	refusedAs(t, a.Authorize(quiet("isle")), silent.SignedOut)

	// Without a hint the page names both, and both end.
	a.Authorize(request("isle", "prompt", "login"))
	granted(t, a.SignIn("bob", "builder"))
	r := endSession(window(t, a), leave(""))
	if asks(t, r); !strings.Contains(r.Body, "Alice") || !strings.Contains(r.Body, "Bob") {
		t.Errorf("the page does not name them\n%s", r.Body)
	}
	b := window(t, a)
	endSession(b, leave(""))
	goesTo(t, own(t, b).Submit("confirm", "yes"), bye+"?state=s%201")
	silently(t, a, silent.SignedOut)
	refusedAs(t, a.Authorize(quiet("isle")), silent.SignedOut)
}

// TestConfirmSignOutForged: the answer counts from our page in the browser that
// was asked, and from nowhere else.
func TestConfirmSignOutForged(t *testing.T) {
	s := startLeavers(t, hushtest.Options{})
	a := signIn(t, s.Node(0), "alice")
	attacker := signIn(t, s.Node(0), "bob")
	asks(t, endSession(window(t, attacker), leave("")))
	theirs := window(t, attacker)
	endSession(theirs, leave(""))
	form := theirs.Page.Form.Fields
	form.Set("confirm", "yes")

	for name, b := range map[string]*hushtest.Agent{
		"cross-site": window(t, a), "same-site": fromElsewhere(t, a, "document", "same-site"), "a frame": fromElsewhere(t, a, "iframe", "cross-site"),
	} {
		b.SetHeader("Origin", "https://evil.test")
		r := b.Post("oidc/logout/confirm", form)
		if isPage(t, r, http.StatusForbidden); len(r.Set) > 0 {
			t.Errorf("%s: cookies %v", name, r.Set)
		}
	}
	asks(t, own(t, a).Post("oidc/logout/confirm", form))
	bare := a.Copy(t)
	bare.SetCookie(formCookie, "")
	asks(t, own(t, bare).Post("oidc/logout/confirm", form))
	// A request that was moved is bound to no browser.
	moved := window(t, bare).Post("oidc/logout", leave("")).URL
	u, err := url.Parse(moved)
	if err != nil || u.Query().Get("request") == "" {
		t.Fatalf("the POST went on at %s", moved)
	}
	for _, b := range []*hushtest.Agent{a, bare} {
		asks(t, own(t, b).Post("oidc/logout/confirm", url.Values{"request": u.Query()["request"], "confirm": {"yes"}}))
	}
	for _, sealed := range []string{"", "x", form.Get("request") + "A", form.Get("request")[1:]} {
		isPage(t, own(t, a).Post("oidc/logout/confirm", url.Values{"request": {sealed}, "confirm": {"yes"}}), http.StatusBadRequest)
		isPage(t, window(t, a).Get("oidc/logout/confirm?request="+sealed), http.StatusBadRequest)
	}
	// Nor is a sign-in's form one to sign out with.
	b := a.Copy(t)
	b.Authorize(request("every", "prompt", "login"))
	isPage(t, own(t, b).Post("oidc/logout/confirm", url.Values{"request": b.Page.Form.Fields["request"], "confirm": {"yes"}}), http.StatusBadRequest)
	silently(t, a, "")
}

// TestPostLogoutRedirect must be registered for the app, or nobody goes anywhere.
func TestPostLogoutRedirect(t *testing.T) {
	s := startLeavers(t, hushtest.Options{})
	for name, pairs := range map[string][]string{
		"another site":    {"post_logout_redirect_uri", "https://evil.test/"},
		"another app's":   {"post_logout_redirect_uri", "https://app.other.test/bye"},
		"a path":          {"post_logout_redirect_uri", bye + "/x"},
		"a query":         {"post_logout_redirect_uri", bye + "?x"},
		"a fragment":      {"post_logout_redirect_uri", bye + "#x"},
		"a redirect URI":  {"post_logout_redirect_uri", "https://app.leaver.test/callback"},
		"protocol-less":   {"post_logout_redirect_uri", "//app.leaver.test/bye"},
		"javascript":      {"post_logout_redirect_uri", "javascript:x()"},
		"a user name":     {"post_logout_redirect_uri", "https://app.leaver.test@evil.test/bye"},
		"with a line end": {"post_logout_redirect_uri", bye + "\r\nX: y"},
		"upper case":      {"post_logout_redirect_uri", strings.ToUpper(bye)},
	} {
		t.Run(name, func(t *testing.T) {
			a := signIn(t, s.Node(0), "alice")
			r := endSession(window(t, a), leave(hintOf(t, a, "leaver"), pairs...))
			isPage(t, r, http.StatusBadRequest)
			if strings.Contains(r.Body, "evil.test") || strings.Contains(r.Body, "javascript:") {
				t.Errorf("the page shows it\n%s", r.Body)
			}
			silently(t, a, silent.SignedOut)
			isPage(t, endSession(window(t, s.Node(0)), leave("", pairs...)), http.StatusBadRequest)
		})
	}
	t.Run("without an app", func(t *testing.T) {
		isPage(t, endSession(window(t, s.Node(0)), leave("", "client_id", "")), http.StatusBadRequest)
		isPage(t, endSession(window(t, s.Node(0)), leave("", "client_id", "nobody")), http.StatusBadRequest)
	})
	t.Run("repeated", func(t *testing.T) {
		a := signIn(t, s.Node(0), "alice")
		for _, name := range []string{"post_logout_redirect_uri", "client_id", "id_token_hint", "state", "logout_hint"} {
			q := leave(hintOf(t, a, "leaver"), "logout_hint", "alice")
			q.Add(name, "https://evil.test/")
			isPage(t, endSession(window(t, a), q), http.StatusBadRequest)
			isPage(t, window(t, a).Post("oidc/logout", q), http.StatusBadRequest)
		}
		silently(t, a, "")
	})
	t.Run("an app's own scheme", func(t *testing.T) {
		goesTo(t, endSession(window(t, s.Node(0)), leave("", "post_logout_redirect_uri", "com.example.leaver:/bye")), "com.example.leaver:/bye?state=s%201")
	})
	t.Run("without state", func(t *testing.T) {
		goesTo(t, endSession(window(t, s.Node(0)), leave("", "state", "")), bye)
	})
}

// TestLogoutState comes back byte for byte, over the question too, and adds
// nothing to the address but itself.
func TestLogoutState(t *testing.T) {
	s := startLeavers(t, hushtest.Options{})
	check := func(r *hushtest.Reply, state string) {
		t.Helper()
		u, err := url.Parse(r.Header.Get("Location"))
		if err != nil || u.Host != "app.leaver.test" || u.Fragment != "" {
			t.Fatalf("%q leads to %q", state, r.Header.Get("Location"))
		}
		if q := u.Query(); q.Get("state") != state || q.Get("a") != "b" || len(q) != 2 || len(q["state"]) != 1 {
			t.Errorf("%q became %q", state, u.RawQuery)
		}
	}
	for _, state := range append([]string{"&state=x&a=c#d", "?a=c", strings.Repeat("é", 2048)}, awkward...) {
		q := leave("", "post_logout_redirect_uri", bye+"?a=b", "state", state)
		check(endSession(window(t, s.Node(0)), q), state)
		a := window(t, signIn(t, s.Node(0), "alice"))
		asks(t, a.Post("oidc/logout", q))
		check(own(t, a).Submit("confirm", "yes"), state)
	}
	a := signIn(t, s.Node(0), "alice")
	for _, state := range []string{strings.Repeat("x", 4097), "a\r\nLocation: https://evil.test/", "\x00"} {
		isPage(t, endSession(window(t, a), leave(hintOf(t, a, "leaver"), "state", state)), http.StatusBadRequest)
	}
	isPage(t, endSession(window(t, a), leave("", "logout_hint", strings.Repeat("x", 257))), http.StatusBadRequest)
	silently(t, a, "")
}

// TestEndSessionWithoutRedis must not claim what did not happen.
func TestEndSessionWithoutRedis(t *testing.T) {
	t.Parallel()
	server := redistest.Server(t)
	s := startLeavers(t, hushtest.Options{Store: server.Open()})
	a := signIn(t, s.Node(0), "alice")
	hint := hintOf(t, a, "leaver")
	asked := window(t, a)
	asks(t, endSession(asked, leave("")))
	held := a.Cookie(ssoCookie)
	server.Kill()
	for name, r := range map[string]*hushtest.Reply{
		"with a hint": endSession(window(t, a), leave(hint)), "without": endSession(window(t, a), leave("")),
		"a POST": window(t, a).Post("oidc/logout", leave(hint)), "confirmed": own(t, asked).Submit("confirm", "yes"),
	} {
		isPage(t, r, http.StatusServiceUnavailable)
		if !strings.Contains(r.Body, "may still be signed in") || len(r.Set) > 0 || a.Cookie(ssoCookie) != held {
			t.Errorf("%s: cookies %v\n%s", name, r.Set, r.Body)
		}
	}
}

// TestSignOutPage is in the person's language, in nobody's frame, and its form leads
// wherever the app goes on to.
func TestSignOutPage(t *testing.T) {
	s := startLeavers(t, hushtest.Options{})
	a := window(t, signIn(t, s.Node(0), "alice"))
	r := a.Post("oidc/logout", leave("", "ui_locales", "de"))
	says(t, r, http.StatusOK, "de", "Abmelden?", "The leaver", "Alice")
	if csp := r.Header.Get("Content-Security-Policy"); strings.Contains(csp, "form-action") ||
		!strings.Contains(csp, "frame-ancestors 'none'") || r.Header.Get("X-Frame-Options") != "DENY" {
		t.Errorf("headers are %v", r.Header)
	}
	b := own(t, a)
	says(t, b.Submit(), http.StatusOK, "de", "Abmelden?")
	r = endSession(a, leave("", "ui_locales", "de", "post_logout_redirect_uri", "https://evil.test/"))
	says(t, r, http.StatusOK, "de", "Abmelden?")
	says(t, own(t, a).Submit("confirm", "yes"), http.StatusBadRequest, "de", "Sie sind abgemeldet", "post_logout_redirect_uri")
}

// TestEndSessionWithoutKeys: a hint that cannot be judged is no wrong one.
func TestEndSessionWithoutKeys(t *testing.T) {
	store := embedded(t)
	s := startLeavers(t, hushtest.Options{Store: store})
	a := signIn(t, s.Node(0), "alice")
	hint := hintOf(t, a, "leaver")
	p, err := provider.New(provider.Options{Issuer: issuer, Secrets: [][]byte{secret}, Store: store, Clients: leavers(), Users: users()})
	if err != nil {
		t.Fatal(err)
	}
	b := window(t, a).Through(hushtest.Direct(p.Public))
	r := endSession(b, leave(hint))
	if isPage(t, r, http.StatusServiceUnavailable); len(r.Set) > 0 {
		t.Errorf("cookies %v", r.Set)
	}
	silently(t, a, "")
}

// TestSignOutAddressTakenBack: the address of the moment counts, not that of the
// moment when the page was made.
func TestSignOutAddressTakenBack(t *testing.T) {
	p := node(t, embedded(t), func(o *provider.Options) { o.Clients = append(clients(), leavers()...) })
	a := window(t, signIn(t, browser(t, p), "alice"))
	asks(t, endSession(a, leave("")))
	changed := leavers()
	changed[0].PostLogoutRedirectURIs = nil
	if err := p.Replace(provider.Registry{Clients: append(clients(), changed...), Users: users()}); err != nil {
		t.Fatal(err)
	}
	isPage(t, own(t, a).Submit("confirm", "yes"), http.StatusOK)
	silently(t, a, silent.SignedOut)
}
