package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/internal/rules"
)

// TestSkipIsOfWhatWasJudged: what passed for some scopes says nothing of others, and
// what rules took away silently does not come back by leaving them out.
func TestSkipIsOfWhatWasJudged(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		r := rulesThat(nil)
		r.skips = true
		a := browser(t, ruledNode(t, store, r))
		passed := func(want, scope string) {
			t.Helper()
			asked := r.during(func() { granted(t, a.Authorize(quiet("every", "scope", scope))) })
			if len(asked) != 1 || asked[0].Passed != want {
				t.Errorf("asked %+v, want one that passed %q", asked, want)
			}
		}
		const more = "openid profile email"
		signIn(t, a, "alice") // with more
		r.setVersion("v2")
		passed("v1", "openid")
		passed("v2", "openid")
		passed("", more) // the session holds it, but v2 was never asked
		passed("v2", more)
		passed("v2", "openid")

		takes := map[string]rules.Verdict{
			"a scope":              {Scope: []string{"openid"}},
			"all scopes":           {Scope: []string{}},
			"a claim of the user":  {User: map[string]any{"email": nil}},
			"a claim of ID tokens": {IDToken: map[string]any{"email": nil}},
			"of access tokens":     {AccessToken: map[string]any{"email": nil}},
		}
		for name, v := range takes {
			r.from(func(*rules.Input) (rules.Verdict, error) { return v, nil })
			granted(t, a.Authorize(request("every", "scope", more)))
			asked := r.during(func() {
				granted(t, a.Authorize(quiet("every", "scope", more)))
				granted(t, a.Authorize(quiet("every", "scope", "openid")))
			})
			if slices.ContainsFunc(asked, func(in rules.Input) bool { return in.Passed != "" }) || len(asked) != 2 {
				t.Errorf("rules that take %s need not run", name)
			}
			r.from(func(*rules.Input) (rules.Verdict, error) {
				return rules.Verdict{IDToken: map[string]any{"https://shop.example/x": 1}}, nil
			})
			passed("", more)
			passed("v2", more)
		}
	})
}

// TestAwayFromTheBrowsersDialog: to an app of the login page's own site the browser
// sends the form cookie too. The window that it opens is of ours all the same.
func TestAwayFromTheBrowsersDialog(t *testing.T) {
	r := rulesThat(nil)
	a := signIn(t, browser(t, ruledNode(t, embedded(t), r)), "alice")
	account := knownTo(t, a)["alice"]
	r.from(sendAway)
	got := fedcm(a, "fedcm/assertion", originOf("every"), url.Values{
		"client_id": {"every"}, "account_id": {account}, "params": {codeParams()}, "is_auto_selected": {"false"}}, "Sec-Fetch-Site", "same-site")
	window, ours := strings.CutPrefix(got.Text("continue_on"), issuer)
	if got.Status != http.StatusOK || !ours {
		t.Fatalf("status %d: %s", got.Status, got.Body)
	}
	if code, _ := resolved(t, comeBack(a, stateOf(t, a.Get(window)))).(string); code == "" {
		t.Error("the window ends without a code")
	}
}

// TestStateEndsWithSigningOut: who gave their password is not signed in yet where a
// rule sent them away; who signs out in that browser leaves no way in for the next at
// it.
func TestStateEndsWithSigningOut(t *testing.T) {
	r := rulesThat(nil)
	p := ruledNode(t, embedded(t), r)
	for name, out := range map[string]string{"an app's": "v2/logout?client_id=every", "of nobody": "v2/logout"} {
		r.from(nil)
		a := browser(t, p)
		if name == "an app's" {
			signIn(t, a, "alice")
		}
		r.from(sendAway)
		state := stateOf(t, typeIn(t, a, "every", "alice"))
		a.Get(out)
		if back := comeBack(a, state); back.Answer != nil || back.Form == nil || a.Cookie(ssoCookie) != "" && name == "of nobody" {
			t.Errorf("%s: signed in: %d %+v", name, back.Status, back.Answer)
		}
		r.from(pass)
		if back := a.Authorize(quiet("every")); back.Answer.Params["code"] != "" {
			t.Errorf("%s: there is a session", name)
		}
		r.from(sendAway)
		granted(t, comeBack(a, stateOf(t, typeIn(t, a, "every", "alice"))))
	}
}
