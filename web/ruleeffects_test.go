package web_test

import (
	"bytes"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/rules"
	"github.com/hush-sso/hush/silent"
)

const teamClaim = "https://shop.example.com/team"

// effective are apps with rules: those of refresh tokens, that of mapped claims, and
// their API.
func effective(t *testing.T, r *stubRules) *provider.Provider {
	return node(t, embedded(t), func(o *provider.Options) {
		mapping(o)
		mapped, shop := o.Clients[len(o.Clients)-1], o.APIs
		refreshers(o)
		o.Clients, o.APIs = append(o.Clients, mapped), append(o.APIs[:1], shop...)
		o.Rules = r
	})
}

// giving lets everybody pass with this.
func giving(v rules.Verdict) func(*rules.Input) (rules.Verdict, error) {
	return func(*rules.Input) (rules.Verdict, error) { return v, nil }
}

// generous tries what rules may and what they may not.
func generous() rules.Verdict {
	return rules.Verdict{
		IDToken:     map[string]any{teamClaim: "blue", rolesClaim: nil, "sub": "bob", "Aud": "guest", "acr": "gold"},
		AccessToken: map[string]any{teamClaim: "red", placeClaim: "top", "scope": "admin", "sub": "bob", "cnf": nil},
		User:        map[string]any{"email": nil, "name": "Alice of the Blues"},
		Scope:       []string{"openid", "profile", "email", "delete"},
	}
}

// TestRuleEffects: what rules give and take is in everything that the grant gives,
// whichever way it is asked for, and in nothing of another.
func TestRuleEffects(t *testing.T) {
	r := rulesThat(nil)
	p := effective(t, r)
	a, b := signIn(t, browser(t, p), "alice"), signIn(t, browser(t, p), "bob")
	r.from(giving(generous()))
	of := func(token, sub string, team any, raw string) map[string]any {
		t.Helper()
		c := claimsOf(t, raw)
		if c[teamClaim] != team || c["sub"] != sub || c["Aud"] != nil || c["acr"] == "gold" {
			t.Errorf("%s: %v", token, c)
		}
		return c
	}
	both := func(access, id, scope string) {
		t.Helper()
		c := of("ID token", "alice", "blue", id)
		if c["name"] != "Alice of the Blues" || c["email"] != nil || c[rolesClaim] != nil || c["login"] != "alice" {
			t.Errorf("ID token: %v", c)
		}
		if c := of("access token", "alice", "red", access); c["scope"] != scope || c[placeClaim] != "top" || c["email"] != "alice@demo.example" {
			t.Errorf("access token: %v", c)
		}
	}
	const asked = "openid profile email read"
	for _, types := range []string{"code", "id_token token", "code id_token token"} {
		got := granted(t, a.Authorize(quiet("mapped", "response_type", types, "audience", stock, "scope", asked)))
		if strings.Contains(types, "token") {
			if both(got["access_token"], got["id_token"], "openid profile email"); got["scope"] != "openid profile email" {
				t.Errorf("%s: scope %q", types, got["scope"])
			}
		}
		if got["code"] == "" {
			continue
		}
		r.from(giving(rules.Verdict{IDToken: map[string]any{teamClaim: "of later"}})) // the code knows
		reply := a.Exchange(got["code"], verifier)
		access, id := redeemed(t, reply)
		if both(access, id, "openid profile email"); reply.Text("scope") != "openid profile email" {
			t.Errorf("%s: scope %q of a code", types, reply.Text("scope"))
		}
		r.from(giving(generous()))
	}
	t.Run("userinfo", func(t *testing.T) {
		access, _ := redeemed(t, a.Exchange(granted(t, a.Authorize(quiet("mapped")))["code"], verifier))
		told := userinfo(a, access).JSON()
		_, there := told["email"]
		if there || told["sub"] != "alice" || told["name"] != "Alice of the Blues" || told[teamClaim] != "blue" || told[rolesClaim] != nil || told["login"] != "alice" {
			t.Errorf("told %v", told)
		}
	})
	t.Run("of nobody else", func(t *testing.T) {
		r.from(pass)
		for user, agent := range map[string]*hushtest.Agent{"alice": a, "bob": b} {
			access, id := redeemed(t, agent.Exchange(granted(t, agent.Authorize(quiet("mapped", "audience", stock, "scope", asked)))["code"], verifier))
			of("ID token", user, nil, id)
			if c := of("access token", user, nil, access); c["scope"] != asked {
				t.Errorf("%s: %v", user, c)
			}
		}
	})
	t.Run("too much", func(t *testing.T) {
		for what, v := range map[string]rules.Verdict{
			"ID token":     {IDToken: map[string]any{teamClaim: strings.Repeat("x", 5000)}},
			"access token": {AccessToken: map[string]any{teamClaim: strings.Repeat("x", 5000)}},
		} {
			r.from(giving(v))
			if got := a.Authorize(quiet("mapped")); got.Answer.Params["code"] != "" {
				t.Errorf("%s: a code", what)
			} else {
				refusedAs(t, got, silent.RuleFailed)
			}
		}
	})
}

// TestUserInfoNamesNarrowed: a claim that is asked for by name goes with its scope.
func TestUserInfoNamesNarrowed(t *testing.T) {
	r := rulesThat(nil)
	a := signIn(t, browser(t, effective(t, r)), "alice")
	r.from(giving(rules.Verdict{Scope: []string{"openid", "profile", "phone"}}))
	names := `{"userinfo":{"email":null,"phone_number":null}}`
	var access, id string
	asked := r.during(func() {
		access, id = redeemed(t, a.Exchange(granted(t, a.Authorize(quiet("every", "claims", names)))["code"], verifier))
	})
	if scopes := asked[0].Context.AccessToken.Scope; !slices.Contains(scopes, "phone") {
		t.Errorf("rules were shown %v: they cannot keep what they do not see", scopes)
	}
	told := userinfo(a, access).JSON()
	if told["email"] != nil || told["name"] == nil || told["phone_number"] == nil {
		t.Errorf("told %v", told)
	}
	if claimsOf(t, id)["email"] == nil {
		t.Error("the ID token lost what rules took from the access token")
	}
	r.from(giving(rules.Verdict{Scope: []string{"openid"}}))
	access, _ = redeemed(t, a.Exchange(granted(t, a.Authorize(quiet("every", "scope", "openid", "claims", names)))["code"], verifier))
	if told := userinfo(a, access).JSON(); told["email"] != nil || told["phone_number"] != nil {
		t.Errorf("by name alone: told %v", told)
	}
}

// TestRulesAtRefresh: every refresh is judged before the token is spent.
func TestRulesAtRefresh(t *testing.T) {
	r := rulesThat(nil)
	p := effective(t, r)
	a := signIn(t, browser(t, p), "alice")
	first := granting(t, a, "spa", "audience", audience, "scope", offlineID+" read pay", "prompt", "none")
	token := first.Text("refresh_token")

	t.Run("what they see", func(t *testing.T) {
		asked := r.during(func() { token = refreshed(t, refresh(a, "spa", token, "scope", "openid read", "custom", "x")) })
		if len(asked) != 1 {
			t.Fatalf("asked %d times", len(asked))
		}
		c := asked[0].Context
		if c.Protocol != rules.ProtocolRefresh || c.ClientID != "spa" || asked[0].User.UserID != "alice" || !asked[0].Silent || asked[0].Passed != "" {
			t.Errorf("asked %+v", asked[0])
		}
		if c.SessionID != claimsOf(t, first.Text("id_token"))["sid"] || !reflect.DeepEqual(c.AccessToken.Scope, []string{"openid", "read"}) {
			t.Errorf("asked about %+v", c)
		}
		want := map[string]string{"grant_type": "refresh_token", "client_id": "spa", "scope": "openid read"}
		if !reflect.DeepEqual(c.Request.Body, want) || len(c.Request.Query) != 0 || c.Request.IP == "" || c.Request.Hostname != "login.hush.test" {
			t.Errorf("asked of %+v", c.Request)
		}
		if len(c.Authentication.Methods) != 1 || c.Authentication.Methods[0].Name != "pwd" || !c.SSO.WithAuth0 {
			t.Errorf("asked with %+v", c)
		}
	})
	for name, tc := range map[string]struct {
		say    func(*rules.Input) (rules.Verdict, error)
		status int
		reason silent.Reason
		text   string
	}{
		"denied":      {func(*rules.Input) (rules.Verdict, error) { return deny("Closed on Mondays.") }, 403, silent.RuleDenied, "Closed on Mondays."},
		"failed":      {func(*rules.Input) (rules.Verdict, error) { return fail() }, 500, silent.RuleFailed, ""},
		"over time":   {func(*rules.Input) (rules.Verdict, error) { return rules.Verdict{}, errEnded }, 500, silent.RuleFailed, ""},
		"redirect":    {giving(rules.Verdict{Redirect: "https://shop.example.com/terms", Rule: "gate.js"}), 400, silent.RuleRedirect, ""},
		"multifactor": {giving(rules.Verdict{Multifactor: true, Rule: "gate.js"}), 400, silent.RuleMultifactor, "Multifactor authentication required"},
		"too much":    {giving(rules.Verdict{IDToken: map[string]any{"x": strings.Repeat("x", 5000)}}), 500, silent.RuleFailed, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r.from(tc.say)
			got := refresh(a, "spa", token)
			failed(t, got, tc.status, silent.Explain(tc.reason).Error)
			if got.Text("error_uri") != issuer+"errors/"+string(tc.reason) || tc.text != "" && got.Text("error_description") != tc.text || got.Text("refresh_token") != "" {
				t.Errorf("told %s", got.Body)
			}
			r.from(nil)
			token = refreshed(t, refresh(a, "spa", token)) // it was not spent
		})
	}
	t.Run("claims of this time", func(t *testing.T) {
		r.from(giving(rules.Verdict{IDToken: map[string]any{teamClaim: "blue"}, AccessToken: map[string]any{teamClaim: "red"}}))
		got := refresh(a, "spa", token)
		token = refreshed(t, got)
		if claimsOf(t, got.Text("id_token"))[teamClaim] != "blue" || claimsOf(t, got.Text("access_token"))[teamClaim] != "red" {
			t.Errorf("got %s", got.Body)
		}
		r.from(nil)
		got = refresh(a, "spa", token)
		token = refreshed(t, got)
		if claimsOf(t, got.Text("id_token"))[teamClaim] != nil || claimsOf(t, got.Text("access_token"))[teamClaim] != nil {
			t.Errorf("kept %s", got.Body)
		}
	})
	t.Run("the answer of before", func(t *testing.T) {
		r.from(giving(rules.Verdict{Scope: []string{"openid", "read"}}))
		spent := token
		got := refresh(a, "spa", spent)
		token = refreshed(t, got)
		if got.Text("scope") != "openid read" {
			t.Errorf("scope %q", got.Text("scope"))
		}
		r.from(func(*rules.Input) (rules.Verdict, error) { return deny("no") })
		if again := refresh(a, "spa", spent); again.Body != got.Body {
			t.Errorf("another answer: %s", again.Body)
		}
		// What was not given yet is judged.
		failed(t, refresh(a, "spa", spent, "scope", "openid pay"), 403, "access_denied")
		r.from(nil)
	})
}

// TestNarrowedForGood: a scope that rules withheld when the code was made does not come
// back by refreshing, whatever they say then.
func TestNarrowedForGood(t *testing.T) {
	r := rulesThat(nil)
	a := signIn(t, browser(t, effective(t, r)), "alice")
	r.from(giving(rules.Verdict{Scope: []string{"openid", "read"}}))
	first := granting(t, a, "spa", "audience", audience, "scope", offlineID+" read pay", "prompt", "none")
	token := first.Text("refresh_token")
	for name, scope := range map[string][]string{"nothing said": nil, "widened": {"openid", "read", "pay", "email"}} {
		r.from(giving(rules.Verdict{Scope: scope}))
		got := refresh(a, "spa", token)
		token = refreshed(t, got)
		if c := claimsOf(t, got.Text("access_token")); got.Text("scope") != "openid read" || c["scope"] != "openid read" {
			t.Errorf("%s: %v", name, c)
		}
		if claimsOf(t, got.Text("id_token"))["name"] != "Alice Liddell" {
			t.Errorf("%s: the ID token was narrowed", name)
		}
	}
	r.from(giving(rules.Verdict{Scope: []string{"read"}}))
	if got := refresh(a, "spa", token, "scope", "openid pay"); got.Text("scope") != "openid" {
		t.Errorf("pay alone: %s", got.Body)
	}
}

// TestRefusedRefresh: the log names the rule, and what it left out of silent requests
// before it leaves out no more.
func TestRefusedRefresh(t *testing.T) {
	r := rulesThat(nil)
	r.skips = true
	var log bytes.Buffer
	p := node(t, embedded(t), func(o *provider.Options) {
		refreshers(o)
		o.Rules, o.Log = r, slog.New(slog.NewJSONHandler(&log, nil))
	})
	a := signIn(t, browser(t, p), "alice")
	first := granting(t, a, "spa", "prompt", "none")
	passed := func() string {
		t.Helper()
		asked := r.during(func() { granted(t, a.Authorize(quiet("spa"))) })
		if len(asked) != 1 {
			t.Fatalf("asked %d times", len(asked))
		}
		return asked[0].Passed
	}
	if got := passed(); got != "v1" {
		t.Errorf("before: %q", got)
	}
	r.from(func(*rules.Input) (rules.Verdict, error) { return deny("no") })
	log.Reset()
	failed(t, refresh(a, "spa", first.Text("refresh_token")), 403, "access_denied")
	for _, want := range []string{`"rule":"gate.js"`, `"user":"alice"`, `"reason":"rule_denied"`} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %s: %s", want, log.String())
		}
	}
	r.from(nil)
	if got := passed(); got != "" {
		t.Errorf("after a refusal: %q", got)
	}
}
