package web_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/session"
)

// TestFactorsNeedAProofOfNow: who sits at an open browser signs in by another provider
// without being asked, and may not change factors by that.
func TestFactorsNeedAProofOfNow(t *testing.T) {
	t.Parallel()
	store, up := embedded(t), newIDP(t)
	trusted := up.connection("trusted")
	trusted.TrustAMR = true
	p := linkedTo(t, store, func(o *provider.Options) { o.Factors = &provider.Factors{} }, up.connection("corp"), trusted)
	hour := time.Now().Add(-time.Hour).Unix()
	secret, _ := owns(t, store, "corp|factored")
	owns(t, store, "trusted|factored")
	for _, c := range []struct {
		name, connection, sub string
		at                    any
		may                   bool
	}{
		{"long ago", "corp", "u-7", hour, false},
		{"untold", "corp", "u-7", nil, false},
		{"just now", "corp", "u-7", time.Now().Unix(), true},
		{"long ago, and the factor here", "corp", "factored", hour, true},
		{"long ago, with its own factor", "trusted", "factored", hour, false},
	} {
		up.says(func() { up.claims = map[string]any{"sub": c.sub, "auth_time": c.at, "amr": []string{"mfa"}} })
		a := browser(t, p)
		r := backFrom(a, up, leaveFor(t, a, c.connection))
		if c.connection == "corp" && c.sub == "factored" {
			asksFactor(t, a, r)
			r = a.Submit("code", totp(secret))
		}
		granted(t, r)
		a.Get("account/factors")
		r = a.Submit("action", "add")
		if got := shownSecret.MatchString(r.Body); got != c.may || (r.Status == http.StatusForbidden) == c.may {
			t.Errorf("%s: %d, may add: %v", c.name, r.Status, got)
		}
	}
}

// TestFactorAfterSignedOutEverywhere: what waited for its factor when all of the user's
// sessions were ended begins none.
func TestFactorAfterSignedOutEverywhere(t *testing.T) {
	t.Parallel()
	store := embedded(t)
	p := factored(t, store, nil)
	secret, _ := owns(t, store, "alice")
	a := browser(t, p)
	asksFactor(t, a, typeIn(t, a, "every", "alice"))
	if _, err := p.Sessions.EndUser(t.Context(), "alice", session.Revoked, nil); err != nil {
		t.Fatal(err)
	}
	if r := a.Submit("code", totp(secret)); r.Answer != nil || a.Cookie(ssoCookie) != "" {
		t.Errorf("%d %+v", r.Status, r.Answer)
	}
}

// TestFactorCodeRaces: of many sign-ins with one code at once, one is let in.
func TestFactorCodeRaces(t *testing.T) {
	t.Parallel()
	store := embedded(t)
	p := factored(t, store, nil)
	secret, _ := owns(t, store, "alice")
	all := make([]*hushtest.Agent, 4)
	for i := range all {
		all[i] = browser(t, p)
		asksFactor(t, all[i], typeIn(t, all[i], "every", "alice"))
	}
	code := totp(secret)
	var wg sync.WaitGroup
	for _, a := range all {
		wg.Go(func() { a.Submit("code", code) })
	}
	wg.Wait()
	in := 0
	for _, a := range all {
		if a.Cookie(ssoCookie) != "" {
			in++
		}
	}
	if in != 1 {
		t.Errorf("%d were let in", in)
	}
}

// TestFactorFormElsewhere: the page's form answers no other page, and no other form it.
func TestFactorFormElsewhere(t *testing.T) {
	t.Parallel()
	store := embedded(t)
	p := factored(t, store, nil)
	secret, _ := owns(t, store, "alice")
	a := browser(t, p)
	a.Authorize(request("every"))
	loginForm := a.Page
	asksFactor(t, a, typeIn(t, a, "every", "alice"))
	for _, to := range []string{"login", "consent", "account/factors", "account/password"} {
		c := a.Copy(t)
		r := c.Post(to, with(a.Page.Form.Fields, "username", "alice", "password", "wonderland", "account", "1", "action", "allow"))
		if r.Answer != nil || c.Cookie(ssoCookie) != "" {
			t.Errorf("%s takes it", to)
		}
	}
	c := a.Copy(t)
	if r := c.Post("login/factor", with(loginForm.Form.Fields, "code", totp(secret))); r.Answer != nil || c.Cookie(ssoCookie) != "" {
		t.Error("the sign-in form is taken for it")
	}
}
