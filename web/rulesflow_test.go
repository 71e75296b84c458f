package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/internal/rules"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/silent"
)

// TestConsentInBetween: what the rules said of a sign-in waits for the answer to the
// consent page, for that page only and once.
func TestConsentInBetween(t *testing.T) {
	store := embedded(t)
	r := rulesThat(sendAway)
	p := ruledNode(t, store, r)
	atConsent := func() *hushtest.Agent {
		a := browser(t, p)
		page := comeBack(a, stateOf(t, typeIn(t, a, "guest", "alice")))
		if page.Form == nil || a.Cookie(ssoCookie) == "" {
			t.Fatalf("no consent page: %d %+v", page.Status, page.Answer)
		}
		return a
	}
	a := atConsent()
	form := a.Page
	a.Get("consent?request=" + url.QueryEscape(form.Form.Fields.Get("request"))) // a reload
	if asked := r.during(func() { granted(t, a.Consent("allow")) }); len(asked) != 0 {
		t.Errorf("the rules ran %d times more", len(asked))
	}
	a.Page = form
	stateOf(t, a.Consent("allow")) // used: they run, and send away

	forget := func() {
		if err := store.Forget(t.Context(), "alice", "guest"); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("another set", func(t *testing.T) {
		forget()
		a := atConsent()
		r.setVersion("v2")
		stateOf(t, a.Consent("allow"))
	})
	t.Run("it is gone", func(t *testing.T) {
		forget()
		a := atConsent()
		for _, key := range store.Client().Keys(t.Context(), "hush:{p:*}:ruled").Val() {
			store.Client().Del(t.Context(), key)
		}
		stateOf(t, a.Consent("allow"))
	})
}

// TestRulesKnowTheAccount: a browser holds two, and the rules judge the one that the
// app gets.
func TestRulesKnowTheAccount(t *testing.T) {
	r := rulesThat(nil)
	a := signIn(t, signIn(t, browser(t, ruledNode(t, embedded(t), r)), "alice"), "bob")
	r.from(func(in *rules.Input) (rules.Verdict, error) {
		if in.User.UserID == "alice" {
			return deny("not alice")
		}
		return rules.Verdict{}, nil
	})
	pick := func(n string) *hushtest.Reply {
		a.Authorize(request("passive", "prompt", "select_account"))
		return a.Submit("account", n)
	}
	granted(t, pick("1")) // bob
	refusedAs(t, pick("2"), silent.RuleDenied)
	granted(t, a.Authorize(quiet("passive"))) // still bob: nothing was chosen
	refusedAs(t, a.Authorize(quiet("passive", "login_hint", "alice")), silent.RuleDenied)
}

// TestRulesAtHosts: people are asked and sent away at the issuer's host; the host that
// answers takes what the rules said there.
func TestRulesAtHosts(t *testing.T) {
	r := rulesThat(sendAway)
	p := hostsNode(t, embedded(t), func(o *provider.Options) { o.Rules = r })
	away := func(w *roamer, left *hushtest.Reply, ok string) *hushtest.Reply {
		t.Helper()
		state := stateOf(t, left)
		return w.follow(w.at[issuer].Get("continue?ok=" + ok + "&state=" + state))
	}
	w := openRoamer(t, p)
	w.authorize(shopHost, hostRequest("shop"))
	asked := r.during(func() { answered(t, away(w, w.signIn("alice"), "yes"), shopHost) })
	if len(asked) != 2 {
		t.Errorf("the rules ran %d times", len(asked))
	}
	// With a session of the host itself: the way leads over the issuer's.
	back := away(w, w.authorize(shopHost, hostRequest("shop")), "yes")
	answered(t, back, shopHost)
	declined(t, away(w, w.authorize(shopHost, hostRequest("shop")), "no"), shopHost, "access_denied", "rule_denied")
	declined(t, w.framed(shopHost, hostRequest("shop")), shopHost, "interaction_required", "rule_redirect")
	declined(t, w.authorize(shopHost, hostRequest("shop", "prompt", "none")), shopHost, "interaction_required", "rule_redirect")

	r.from(stopAt("shop"))
	stopped := openRoamer(t, p)
	stopped.authorize(shopHost, hostRequest("shop"))
	declined(t, stopped.signIn("alice"), shopHost, "access_denied", "rule_denied")
	declined(t, w.authorize(newsHost, hostRequest("shop", "prompt", "none")), newsHost, "access_denied", "rule_denied")
	r.from(pass)
	declined(t, stopped.authorize(shopHost, hostRequest("shop", "prompt", "none")), shopHost, "login_required", "no_session")
	answered(t, w.authorize(newsHost, hostRequest("news", "prompt", "none")), newsHost)
}

// TestRulesByFedCM: the browser's own dialog is no way around them.
func TestRulesByFedCM(t *testing.T) {
	r := rulesThat(nil)
	p := ruledNode(t, embedded(t), r)
	a := signIn(t, browser(t, p), "alice")
	account := knownTo(t, a)["alice"]
	assert := func(auto string) *hushtest.Reply {
		return fedcm(a, "fedcm/assertion", originOf("every"), url.Values{
			"client_id": {"every"}, "account_id": {account}, "params": {codeParams()}, "is_auto_selected": {auto}})
	}
	r.from(stopAt("every"))
	if got := assert("false"); got.Status == http.StatusOK || got.JSON()["token"] != nil {
		t.Errorf("handed over: %d %s", got.Status, got.Body)
	}
	handed, _ := assert("true").JSON()["token"].(map[string]any)
	if handed["error"] != "access_denied" || handed["error_description"] != "not at every" {
		t.Errorf("the page is told %v", handed)
	}
	r.from(sendAway)
	handed, _ = assert("true").JSON()["token"].(map[string]any)
	if handed["error"] != "interaction_required" {
		t.Errorf("the page is told %v", handed)
	}
	window := goesOn(t, a, "every", account, codeParams())
	if code, _ := resolved(t, comeBack(a, stateOf(t, a.Get(window)))).(string); code == "" {
		t.Error("the window ends without a code")
	}
	r.from(func(*rules.Input) (rules.Verdict, error) { return deny("no") })
	stopped := browser(t, p)
	typeIn(t, stopped, "every", "bob")
	if known := fedcm(stopped, "fedcm/accounts", "", nil); known.Status != http.StatusUnauthorized {
		t.Errorf("the browser knows %s", known.Body)
	}
}

// TestRulesByRenewalCookie: nor is a cookie in a frame.
func TestRulesByRenewalCookie(t *testing.T) {
	r := rulesThat(nil)
	p := node(t, embedded(t), func(o *provider.Options) { planters(o); o.Rules = r })
	b := garden(t, p, signIn(t, browser(t, p), "alice"), "every")
	if b.renews("every") == "" {
		t.Fatal("it does not renew")
	}
	r.from(stopAt("every"))
	refusedAs(t, b.frame(quiet("every")), silent.RuleDenied)
}

// TestRulesOfOwnPages: signing in for the page about one's account is judged too.
func TestRulesOfOwnPages(t *testing.T) {
	r := rulesThat(func(*rules.Input) (rules.Verdict, error) { return deny("Ask <the office>.") })
	a := browser(t, ruledNode(t, embedded(t), r))
	refuses := func(lead string) {
		t.Helper()
		a.Get("account/login")
		page := a.SignIn("alice", "wonderland")
		if isPage(t, page, http.StatusForbidden); !strings.Contains(page.Body, `<p class="lead"><bdi>`+lead) || strings.Contains(page.Body, "waited too long") {
			t.Errorf("the page says\n%s", page.Body)
		}
	}
	refuses("Ask &lt;the office&gt;.")
	r.from(func(*rules.Input) (rules.Verdict, error) {
		return rules.Verdict{Multifactor: true, Rule: "gate.js"}, nil
	})
	refuses("This service has rules of its own")
	if a.Cookie(ssoCookie) != "" {
		t.Error("signed in")
	}
	r.from(sendAway)
	a.Get("account/login")
	state := stateOf(t, a.SignIn("alice", "wonderland"))
	if back := comeBack(a, state); back.Status != http.StatusOK || a.Cookie(ssoCookie) == "" {
		t.Errorf("not signed in: %d", back.Status)
	}
}

// TestSkipNeedsARecord: rules are left out only where the session says that this set
// passed for the app, and a refusal takes that back.
func TestSkipNeedsARecord(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		r := rulesThat(nil)
		r.skips = true
		p := ruledNode(t, store, r)
		a := browser(t, p)
		passed := func(want string, do func()) {
			t.Helper()
			if asked := r.during(do); len(asked) != 1 || asked[0].Passed != want {
				t.Errorf("asked %+v, want one that passed %q", asked, want)
			}
		}
		silently := func(clientID string) func() {
			return func() { granted(t, a.Authorize(quiet(clientID))) }
		}
		passed("", func() { signIn(t, a, "alice") })
		passed("v1", silently("every"))
		passed("", silently("passive"))
		passed("v1", silently("passive"))
		r.setVersion("v2")
		passed("v1", silently("every"))
		passed("v2", silently("every"))

		// A refusal, wherever, takes it back for this app.
		r.from(stopAt("every"))
		passed("v2", func() { refusedAs(t, a.Authorize(request("every")), silent.RuleDenied) })
		r.from(pass)
		passed("", silently("every"))
		r.from(stopAt("every"))
		passed("", func() { refusedAs(t, typeIn(t, a, "every", "alice"), silent.RuleDenied) })
		r.from(sendAway)
		passed("", func() { refusedAs(t, a.Authorize(quiet("every")), silent.RuleRedirect) })
		r.from(pass)
		passed("v1", silently("passive"))

		// So does what the app holds in the session.
		if err := p.Sessions.Withdraw(t.Context(), handleOf(t, a).Key, "passive"); err != nil {
			t.Fatal(err)
		}
		passed("", silently("passive"))
	})
}

// TestTripsWithRules: rules cost none by themselves.
func TestTripsWithRules(t *testing.T) {
	store := embedded(t)
	r := rulesThat(nil)
	a := signIn(t, browser(t, ruledNode(t, store, r)), "alice")
	ask := func() { granted(t, a.Authorize(quiet("every"))) }
	r.reads = []string{"current_clients"}
	ask() // the script is known from now on
	r.reads = nil
	for _, c := range []struct {
		name string
		want int
		set  func()
	}{
		{"steady", 1, func() {}},
		{"they read the session's apps", 2, func() { r.reads = []string{"current_clients"} }},
		{"they were slow", 2, func() {
			r.reads = nil
			r.from(func(*rules.Input) (rules.Verdict, error) { return rules.Verdict{Took: time.Second}, nil })
		}},
		{"recorded for the first time", 2, func() { r.skips = true; r.from(pass) }},
		{"recorded", 1, func() {}},
	} {
		c.set()
		if n := redistest.Trips(store, ask); n != c.want {
			t.Errorf("%s: %d trips, want %d", c.name, n, c.want)
		}
	}
}

// TestEndedWhileRulesRun: a session that is over by the time that they are done gives
// nothing.
func TestEndedWhileRulesRun(t *testing.T) {
	r := rulesThat(nil)
	p := ruledNode(t, embedded(t), r)
	a := signIn(t, browser(t, p), "alice")
	end := func(*rules.Input) (rules.Verdict, error) {
		_, err := p.Sessions.EndUser(t.Context(), "alice", session.Revoked, nil)
		return rules.Verdict{Took: time.Second}, err
	}
	r.from(end)
	refusedAs(t, a.Authorize(quiet("every")), silent.SessionRevoked)
	if back := typeIn(t, a, "every", "alice"); back.Answer != nil { // and a sign-in begun before is none
		t.Errorf("answer %+v", back.Answer)
	}
}

// TestWhatRulesSee of a request: no token, and nothing that was typed.
func TestWhatRulesSee(t *testing.T) {
	r := rulesThat(nil)
	r.reads = []string{"current_clients"}
	a := browser(t, ruledNode(t, embedded(t), r))
	a.SetHeader("User-Agent", "Agent/1")
	id := claimsHint(t, signIn(t, a, "alice"))
	asked := r.during(func() {
		granted(t, a.Authorize(quiet("every", "id_token_hint", id, "unknown", "x", "acr_values", "1")))
	})[0]
	c := asked.Context
	if c.Request.UserAgent != "Agent/1" || c.Request.Hostname != "login.hush.test" || c.Request.Query["acr_values"] != "1" ||
		c.Request.Query["id_token_hint"] != "" || c.Request.Query["unknown"] != "x" {
		t.Errorf("request %+v", c.Request)
	}
	if !asked.Silent || c.ClientID != "every" || !c.SSO.WithAuth0 || !slices.Equal(c.SSO.CurrentClients, []string{"every"}) ||
		!slices.Equal(c.AccessToken.Scope, []string{"openid", "profile", "email"}) || c.Authentication.Methods[0].Name != "pwd" {
		t.Errorf("context %+v", c)
	}
	if u := asked.User; u.UserID != "alice" || u.Email != "alice@demo.example" || u.Name != "Alice Liddell" || u.AppMetadata == nil ||
		len(u.Identities) != 1 {
		t.Errorf("user %+v", u)
	}
	for types, want := range map[string]string{
		"code": rules.ProtocolCode, "token": rules.ProtocolImplicit, "id_token token": rules.ProtocolImplicit, "code id_token": rules.ProtocolHybrid,
	} {
		got := r.during(func() { granted(t, a.Authorize(quiet("every", "response_type", types))) })
		if got[0].Context.Protocol != want {
			t.Errorf("%s is %s", types, got[0].Context.Protocol)
		}
	}
}

// claimsHint is an ID token of the user for the app every.
func claimsHint(t *testing.T, a *hushtest.Agent) string {
	t.Helper()
	_, id := redeemed(t, a.Exchange(granted(t, a.Authorize(quiet("every")))["code"], verifier))
	return id
}
