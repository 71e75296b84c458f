package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/silent"
)

// TestSignInWithoutAnApp: the page about one's account is no dead end, and the window
// that the browser's dialog opened closes again. Every app goes on from there.
func TestSignInWithoutAnApp(t *testing.T) {
	p := node(t, embedded(t), nil)
	a := browser(t, p)
	r := a.Get("account")
	if r.Status != http.StatusUnauthorized || !strings.Contains(r.Body, `href="/account/login"`) {
		t.Errorf("signed out: %d\n%s", r.Status, r.Body)
	}
	if r := a.Get("account?ui_locales=de"); !strings.Contains(r.Body, `href="/account/login?ui_locales=de"`) {
		t.Errorf("in German:\n%s", r.Body)
	}
	isPage(t, a.Get("account/login"), http.StatusOK)
	isPage(t, a.SignIn("alice", "wrong"), http.StatusUnauthorized)
	if r := a.SignIn("alice", "wonderland"); !strings.HasSuffix(r.URL, "/account") || !strings.Contains(r.Body, "Alice Liddell") {
		t.Errorf("after signing in: %s\n%s", r.URL, r.Body)
	}
	granted(t, a.Authorize(quiet("every")))
	if r := a.Get("account/login"); !strings.HasSuffix(r.URL, "/account") {
		t.Errorf("signed in already: %s", r.URL)
	}

	b := browser(t, p)
	isPage(t, b.Get("fedcm/login?login_hint=alice"), http.StatusOK)
	if !strings.Contains(b.Page.Body, `value="alice"`) {
		t.Errorf("the hint is not in the form:\n%s", b.Page.Body)
	}
	r = b.SignIn("alice", "wonderland")
	if !strings.HasSuffix(r.URL, "/fedcm/done") || !strings.Contains(r.Body, "IdentityProvider.close()") || r.Header.Get("X-Frame-Options") != "DENY" {
		t.Errorf("after signing in: %s\n%s", r.URL, r.Body)
	}
	granted(t, b.Authorize(quiet("every")))
	// Another account beside: the browser shows its dialog again.
	isPage(t, b.Get("fedcm/login"), http.StatusOK)
	isPage(t, b.Submit("account", "other"), http.StatusOK)
	if r := b.SignIn("bob", "builder"); !strings.HasSuffix(r.URL, "/fedcm/done") {
		t.Errorf("after signing in as another: %s", r.URL)
	}
	if known := knownTo(t, b); len(known) != 2 {
		t.Errorf("known are %v", known)
	}
	// Or one of those that there are.
	isPage(t, b.Get("fedcm/login"), http.StatusOK)
	if r := b.Submit("account", "1"); !strings.HasSuffix(r.URL, "/fedcm/done") || r.Header.Get("Set-Login") != "" {
		t.Errorf("after choosing: %s", r.URL)
	}
}

// TestSignInWithoutAnAppAttacked: it has what guards the sign-in for an app, and gives
// no app anything.
func TestSignInWithoutAnAppAttacked(t *testing.T) {
	store := embedded(t)
	p := node(t, store, nil)
	for _, path := range []string{"account/login", "fedcm/login"} {
		a := browser(t, p)
		for _, dest := range []string{"iframe", "frame", "embed", "object", "fencedframe"} {
			a.SetHeader("Sec-Fetch-Dest", dest)
			if r := a.Get(path); r.Status != http.StatusForbidden || r.Form != nil {
				t.Errorf("%s in %s: %d", path, dest, r.Status)
			}
		}
		a.SetHeader("Sec-Fetch-Dest", "")
		a.SetHeader("Sec-Fetch-Mode", "cors")
		if r := a.Get(path); r.Status != http.StatusForbidden {
			t.Errorf("%s by a script: %d", path, r.Status)
		}
		a.SetHeader("Sec-Fetch-Mode", "")
		isPage(t, a.Get(path), http.StatusOK)
		form := a.Page.Form.Fields

		victim := browser(t, p) // a sign-in form of the attacker's, in the victim's browser
		victim.Get(path)
		r := victim.Post("login", with(url.Values{"request": form["request"]}, "username", "bob", "password", "builder"))
		if victim.Cookie(ssoCookie) != "" || r.Form == nil {
			t.Errorf("%s: a form of another browser signs in: %d", path, r.Status)
		}
		victim.SetHeader("Origin", "https://evil.test")
		if r := victim.Submit("username", "bob", "password", "builder"); r.Status != http.StatusForbidden || victim.Cookie(ssoCookie) != "" {
			t.Errorf("%s: a page of another site signs in: %d", path, r.Status)
		}

		// What stands in the address chooses neither an app nor a place to go.
		r = a.Get(path + "?" + url.Values{"client_id": {"every"}, "redirect_uri": {redirectOf("every")}, "returnTo": {"https://evil.test"}, "prompt": {"none"}, "id_token_hint": {"x"}}.Encode())
		if r.Form == nil {
			t.Errorf("%s is decided by its address: %d\n%s", path, r.Status, r.Body)
		}
		r = a.SignIn("alice", "wonderland")
		if r.Answer != nil || !strings.HasPrefix(r.URL, issuer) {
			t.Errorf("%s leads to %s", path, r.URL)
		}
		refusedAs(t, a.Authorize(quiet("guest")), silent.ConsentRequired)
	}
}

// TestSignInWithoutAnAppTrips: it costs what a sign-in for an app costs, but for what
// an app writes.
func TestSignInWithoutAnAppTrips(t *testing.T) {
	store := embedded(t)
	p := node(t, store, nil)
	signIn(t, browser(t, p), "bob") // the scripts are known
	a := browser(t, p)
	for _, c := range []struct {
		name string
		want int
		run  func() *hushtest.Reply
	}{
		{"the form", 0, func() *hushtest.Reply { return a.Get("fedcm/login") }},
		{"signing in", 10, func() *hushtest.Reply { return a.SignIn("alice", "wonderland") }},
		{"whom to go on with", 1, func() *hushtest.Reply { return a.Get("fedcm/login") }},
	} {
		if n := redistest.Trips(store, func() { c.run() }); n != c.want {
			t.Errorf("%s: %d trips, want %d", c.name, n, c.want)
		}
	}
}
