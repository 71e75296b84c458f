package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/silent"
)

// remembering lets people ask to stay signed in, but for the apps of the group
// island.
func remembering(o *provider.Options) {
	o.Session = session.Policy{
		Remember: &session.Limits{Idle: 300 * time.Hour, Lifetime: 1000 * time.Hour},
		Groups:   map[string]session.GroupPolicy{"island": {Remember: &session.Limits{}}},
	}
}

// closed is the browser after it was closed and opened again.
func closed(t testing.TB, a *hushtest.Agent) *hushtest.Agent {
	b := a.Copy(t)
	for name, cookie := range a.Cookies() {
		if cookie.MaxAge == 0 {
			b.SetCookie(name, "")
		}
	}
	return b
}

// TestRemember: who asked to stay signed in is there when the browser is opened
// again, and nobody else is.
func TestRemember(t *testing.T) {
	store := embedded(t)
	p := node(t, store, remembering)
	a := browser(t, p)
	signInAt(t, a, "every", "alice")
	if c := a.Cookies()[ssoCookie]; c == nil || c.MaxAge != 0 || a.Cookie(keepCookie) != "" {
		t.Fatalf("not remembered: %+v, %q", c, a.Cookie(keepCookie))
	}
	refusedAs(t, closed(t, a).Authorize(quiet("every")), silent.NoSession)

	signInAt(t, a, "passive", "bob", "remember", "yes")
	keep := a.Cookies()[keepCookie]
	if keep == nil || keep.MaxAge != 1000*3600 || !keep.Secure || !keep.HttpOnly || keep.SameSite != http.SameSiteNoneMode || keep.Path != "/" {
		t.Fatalf("the cookie of who is remembered is %+v", keep)
	}
	if c := a.Cookies()[ssoCookie]; c == nil || c.MaxAge != 0 {
		t.Errorf("alice's cookie is %+v", c)
	}
	for clientID, user := range map[string]string{"every": "alice", "passive": "bob"} {
		if got := subjectOf(t, a, clientID); got != user {
			t.Errorf("%s has %s", clientID, got)
		}
	}
	if r := a.Authorize(request("every", "prompt", "login")); !strings.Contains(r.Body, `name="remember"`) || r.Form.Fields.Has("remember") {
		t.Error("the sign-in page offers nothing, or has it ticked for who did not ask")
	}
	again := closed(t, a)
	if got := offers(t, again.Authorize(request("every", "prompt", "select_account"))); got != "bob" {
		t.Errorf("after a restart there is %s", got)
	}
	if got := subjectOf(t, again, "passive"); got != "bob" {
		t.Errorf("after a restart passive has %s", got)
	}
	// Idle for longer than others may be, and not for longer than who is remembered.
	older(t, store, handleIn(t, a, keepCookie), 200*time.Hour)
	if got := subjectOf(t, again, "passive"); got != "bob" {
		t.Errorf("later passive has %s", got)
	}

	t.Run("the one, then the other", func(t *testing.T) {
		a := browser(t, p)
		signInAt(t, a, "every", "alice", "remember", "yes")
		if a.Cookie(ssoCookie) != "" {
			t.Error("there is a second cookie")
		}
		if r := a.Authorize(request("every", "prompt", "login")); r.Form.Fields.Get("remember") != "yes" {
			t.Error("the sign-in page forgets what alice asked for")
		}
		a.Page.Form.Fields.Del("remember")
		granted(t, a.SignIn("alice", "wonderland"))
		if a.Cookie(keepCookie) != "" || a.Cookie(ssoCookie) == "" {
			t.Error("alice is still remembered")
		}
		refusedAs(t, closed(t, a).Authorize(quiet("every")), silent.NoSession)
	})
	t.Run("after a wrong password", func(t *testing.T) {
		a := browser(t, p)
		a.Authorize(request("every"))
		a.Submit("username", "alice", "password", "jabberwock", "remember", "yes")
		granted(t, a.SignIn("alice", "wonderland")) // the box is still ticked
		if a.Cookie(keepCookie) == "" {
			t.Error("what alice asked for is lost")
		}
	})
}

// TestRememberedIsNobodyElse: where one of two accounts ended with the browser, or
// was over before, apps that used it do not get the one that did not.
func TestRememberedIsNobodyElse(t *testing.T) {
	for name, before := range map[string]func(t *testing.T, p *provider.Provider, a *hushtest.Agent, h session.Handle){
		"signed in": func(*testing.T, *provider.Provider, *hushtest.Agent, session.Handle) {},
		"signed out": func(t *testing.T, p *provider.Provider, a *hushtest.Agent, h session.Handle) {
			end(t, p, h, session.SignedOut)
			signInAt(t, a, "passive", "bob", "remember", "yes")
		},
	} {
		t.Run(name, func(t *testing.T) {
			store := embedded(t)
			p := node(t, store, remembering)
			a := browser(t, p)
			signInAt(t, a, "every", "bob") // also used it, before
			older(t, store, handleOf(t, a), time.Hour)
			signInAt(t, a, "every", "alice")
			alices := handleOf(t, a)
			signInAt(t, a, "passive", "bob", "remember", "yes")
			before(t, p, a, alices)
			again := closed(t, a)
			if r := again.Authorize(quiet("every")); r.Answer == nil || r.Answer.Params["code"] != "" {
				t.Fatalf("alice's app got %+v", r.Answer)
			}
			if got := subjectOf(t, again, "passive"); got != "bob" {
				t.Errorf("bob's app has %s", got)
			}
			older(t, store, alices, 80*time.Hour) // her record is forgotten
			refusedAs(t, again.Authorize(quiet("every")), silent.AccountAmbiguous)
			again.Authorize(request("every"))
			granted(t, again.Submit("account", "1")) // that is his word
			if got := subjectOf(t, again, "every"); got != "bob" {
				t.Errorf("every has %s", got)
			}
		})
	}
}

// TestLeftWithTheBrowser: who did not ask to be remembered is not named on the
// pages of who comes after them, and is not signed in.
func TestLeftWithTheBrowser(t *testing.T) {
	store := embedded(t)
	p := node(t, store, remembering)
	a := browser(t, p)
	signInAt(t, a, "every", "alice")
	signInAt(t, a, "passive", "bob", "remember", "yes")
	if got := subjectOf(t, a, "every"); got != "alice" {
		t.Errorf("before the browser is closed every has %s", got)
	}
	before := a.Cookie(keepCookie)
	signInAt(t, a, "every", "alice")
	late := a.Copy(t)
	late.SetCookie(keepCookie, before) // as where two answers overtake each other
	older(t, store, handleOf(t, a), time.Minute)
	if got := subjectOf(t, late, "every"); got != "alice" {
		t.Errorf("beside an older cookie every has %s", got)
	}
	again := closed(t, a)
	refusedAs(t, again.Authorize(quiet("every", "login_hint", "alice")), silent.SessionGone)
	r := again.Authorize(request("every"))
	if got := offers(t, r); got != "bob" || strings.Contains(strings.ToLower(r.Body), "alice") {
		t.Errorf("offered: %s", got)
	}
	signInAt(t, again, "every", "alice")
	for clientID, user := range map[string]string{"every": "alice", "passive": "bob"} {
		if got := subjectOf(t, again, clientID); got != user {
			t.Errorf("%s has %s", clientID, got)
		}
	}
}

// TestRememberNotOffered: no box where the policy has none, and a forged one
// counts for nothing.
func TestRememberNotOffered(t *testing.T) {
	store := embedded(t)
	offering, other := node(t, store, remembering), node(t, store, nil)
	for name, c := range map[string]struct {
		p        *provider.Provider
		clientID string
	}{
		"no policy":              {other, "every"},
		"none for another group": {offering, "island"},
	} {
		t.Run(name, func(t *testing.T) {
			a := browser(t, c.p)
			if r := a.Authorize(request(c.clientID)); r.Form == nil || strings.Contains(r.Body, "remember") {
				t.Fatalf("form %+v", r.Form)
			}
			granted(t, a.Submit("username", "alice", "password", "wonderland", "remember", "yes"))
			if c := a.Cookies()[ssoCookie]; a.Cookie(keepCookie) != "" || c == nil || c.MaxAge != 0 {
				t.Errorf("alice is remembered: %+v", c)
			}
		})
	}
}

// TestCookieOfAnotherKind: one that ends with the browser is none that does not,
// nor the other way round.
func TestCookieOfAnotherKind(t *testing.T) {
	p := node(t, embedded(t), remembering)
	for name, c := range map[string]struct{ from, to, remember string }{
		"for longer":  {ssoCookie, keepCookie, ""},
		"for shorter": {keepCookie, ssoCookie, "yes"},
	} {
		t.Run(name, func(t *testing.T) {
			a, b := browser(t, p), browser(t, p)
			signInAt(t, a, "every", "alice", "remember", c.remember)
			b.SetCookie(c.to, a.Cookie(c.from))
			refusedAs(t, b.Authorize(quiet("every")), silent.NoSession)
			b.SetCookie(c.from, a.Cookie(c.from)) // the other one counts beside it
			granted(t, b.Authorize(quiet("every")))
		})
	}
}

// TestSignOutOfSeveral: everyone of the browser, of both cookies, is signed out;
// with a hint only who it names.
func TestSignOutOfSeveral(t *testing.T) {
	p := node(t, embedded(t), remembering)
	both := func() *hushtest.Agent {
		a := browser(t, p)
		signInAt(t, a, "every", "alice", "remember", "yes")
		signInAt(t, a, "passive", "bob")
		return a
	}
	a := both()
	stolen := a.Copy(t)
	a.Get("v2/logout")
	for _, b := range []*hushtest.Agent{a, stolen} {
		refusedAs(t, b.Authorize(quiet("every")), silent.SignedOut)
		refusedAs(t, b.Authorize(quiet("passive")), silent.SignedOut)
	}
	if a.Cookie(keepCookie) != "" {
		t.Error("the cookie of who is remembered outlives the sign-out")
	}

	a = both()
	hint := granted(t, a.Authorize(quiet("every", "response_type", "id_token")))["id_token"]
	asksNobody := a.Get("oidc/logout?id_token_hint=" + hint)
	isPage(t, asksNobody, http.StatusOK)
	refusedAs(t, a.Authorize(quiet("every")), silent.SignedOut)
	if got := subjectOf(t, a, "passive"); got != "bob" {
		t.Errorf("passive has %s", got)
	}
	if got := offers(t, a.Authorize(request("every"))); got != "bob (Alice Liddell)" {
		t.Errorf("offered: %s", got)
	}
}
