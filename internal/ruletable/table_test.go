package ruletable

import (
	"net/url"
	"reflect"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// stopped is how an app is told that rules stopped it. Text "" is any.
type stopped struct{ Error, Reason, Text string }

// practice is a rule and what it does to one person at one app.
type practice struct {
	name          string
	file          string
	configuration map[string]string
	user, app     string

	id, access     map[string]any // claims that are there; for who passes
	window, silent *stopped       // in the window; where nobody can be asked. nil: passes
}

// refused is a practice that says this in the window and where nobody can be asked.
func (p practice) refused(text string) practice {
	p.window = &stopped{"access_denied", "rule_denied", text}
	p.silent = p.window
	return p
}

const examples = "../../docs/examples/rules/"

func table() []practice {
	roles := map[string]any{"https://shop.example/roles": []any{"buyer", "analyst"}}
	outside, listed := "203.0.113., 192.0.2.10", "203.0.113., 192.0.2." // tests come from 192.0.2.1
	return []practice{
		{name: "add roles", file: examples + "10-roles.js", user: "alice", app: "shop", id: roles, access: roles},
		{name: "allow by domain: ours", file: examples + "20-domain.js", user: "alice", app: "shop"},
		practice{name: "allow by domain: another", file: examples + "20-domain.js", user: "bob", app: "shop"}.
			refused("Only people of the company may sign in."),
		{name: "block by address: others", file: examples + "30-address.js", user: "alice", app: "shop", configuration: map[string]string{"BLOCKED_ADDRESSES": outside}},
		practice{name: "block by address: this", file: examples + "30-address.js", user: "alice", app: "shop", configuration: map[string]string{"BLOCKED_ADDRESSES": listed}}.
			refused("Not from this network."),
		{name: "enrich", file: examples + "40-plan.js", user: "alice", app: "shop", id: map[string]any{"https://shop.example/plan": "gold", "https://shop.example/first_app": "Shop"}},
		{name: "deny by client: with the role", file: examples + "50-clients.js", user: "alice", app: "reports"},
		practice{name: "deny by client: without", file: examples + "50-clients.js", user: "bob", app: "reports"}.
			refused("Reports is for people with the role analyst."),
		{name: "deny by client: another app", file: examples + "50-clients.js", user: "bob", app: "shop"},
		{name: "require step-up", file: "testdata/step-up.js", user: "alice", app: "shop",
			window: &stopped{"access_denied", "rule_factor_missing", ""},
			silent: &stopped{"login_required", "rule_multifactor", "Multifactor authentication required"}},
	}
}

// TestPractice: each rule, at every way to tokens.
func TestPractice(t *testing.T) {
	h := newHouse(t)
	for _, p := range table() {
		t.Run(p.name, func(t *testing.T) {
			known := h.known(t, p.user, p.app)
			h.rule(t, p.file, p.configuration)
			for name, pairs := range map[string][]string{
				"code": nil, "implicit": {"response_type", "id_token token"}, "hybrid": {"response_type", "code id_token"},
			} {
				b := h.browser(t, p.user, p.app)
				p.check(t, name, b.signIn(pairs...), p.window)
				if p.window != nil {
					p.nobody(t, name, b)
				}
			}
			for _, mode := range []string{"web_message", "fragment", "form_post", "query"} {
				p.check(t, "silent "+mode, known.outcome(known.ask("prompt", "none", "response_mode", mode)), p.silent)
			}
			p.check(t, "silent implicit", known.outcome(known.ask("prompt", "none", "response_type", "id_token token", "response_mode", "web_message")), p.silent)
			p.check(t, "the window", known.outcome(known.ask()), p.window)
			p.check(t, "fedcm", known.fedcm(), p.silent)
			p.check(t, "refresh", known.refresh(known.token), p.silent)
			if p.silent != nil { // the token is as good as it was
				h.rule(t, "", nil)
				p.check(t, "refresh without the rule", known.refresh(known.token), nil)
			}
		})
	}
}

// signedIn is a browser with a session from before the rules, and a refresh token.
type signedIn struct {
	*browser
	token string
}

func (h *house) known(t *testing.T, user, app string) signedIn {
	t.Helper()
	h.rule(t, "", nil)
	b := h.browser(t, user, app)
	o := b.signIn()
	if o.refreshToken == "" {
		t.Fatalf("before there are rules %s gets %v", user, o)
	}
	return signedIn{b, o.refreshToken}
}

func (p practice) check(t *testing.T, way string, o outcome, s *stopped) {
	t.Helper()
	if s != nil {
		if o.Error != s.Error || o.Reason != s.Reason || s.Text != "" && o.Text != s.Text || o.ID != nil || o.Access != nil {
			t.Errorf("%s: %v, want %+v", way, o, *s)
		}
		return
	}
	if o.ID["sub"] != p.user || o.Access["sub"] != p.user {
		t.Errorf("%s: no tokens but %v", way, o)
		return
	}
	for token, pair := range map[string][2]map[string]any{"ID token": {o.ID, p.id}, "access token": {o.Access, p.access}} {
		for name, want := range pair[1] {
			if !reflect.DeepEqual(pair[0][name], want) {
				t.Errorf("%s: %s has %s = %v, want %v", way, token, name, pair[0][name], want)
			}
		}
	}
}

// nobody: who was stopped at the sign-in is signed in nowhere.
func (p practice) nobody(t *testing.T, way string, b *browser) {
	t.Helper()
	for _, app := range []string{p.app, "shop", "reports"} {
		other := &browser{b.Agent, t, b.user, app}
		if o := other.outcome(other.ask("prompt", "none")); o.Error != "login_required" || o.ID != nil {
			t.Errorf("%s: afterwards prompt=none at %s is answered with %v", way, app, o)
		}
	}
}

// TestEnrichmentIsKept: what the rule wrote is there at the next authentication, at
// another app too.
func TestEnrichmentIsKept(t *testing.T) {
	h := newHouse(t)
	h.rule(t, examples+"40-plan.js", nil)
	if o := h.browser(t, "bob", "reports").signIn(); o.ID["https://shop.example/first_app"] != "Reports" || o.ID["https://shop.example/plan"] != "free" {
		t.Errorf("first: %v", o)
	}
	if o := h.browser(t, "bob", "shop").signIn(); o.ID["https://shop.example/first_app"] != "Reports" {
		t.Errorf("then: %v", o)
	}
}

// TestRedirect: the browser goes to the page of the rule and comes back, at every way
// that has a window; nobody is signed in before. Silently there is nothing but the error.
func TestRedirect(t *testing.T) {
	h := newHouse(t)
	known := h.known(t, "alice", "shop")
	const secret = "a secret between the rule and its page"
	h.rule(t, "testdata/redirect.js", map[string]string{"PAGE_SECRET": secret})
	p := practice{user: "alice", app: "shop", id: map[string]any{"https://shop.example/greeted": true}}
	back := func(b *browser, o outcome) outcome {
		t.Helper()
		to, err := url.Parse(o.Redirect)
		if err != nil || to.Host != "shop.example" || to.Query().Get("state") == "" {
			t.Fatalf("sent to %v", o)
		}
		token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"sub": "alice", "aud": "hush", "greeted": true, "exp": time.Now().Add(time.Minute).Unix()}).SignedString([]byte(secret))
		if err != nil {
			t.Fatal(err)
		}
		return b.outcome(b.Get("continue?" + url.Values{"state": to.Query()["state"], "token": {token}}.Encode()))
	}
	protocols := map[string]string{"code": "oidc-basic-profile", "implicit": "oidc-implicit-profile", "hybrid": "oidc-hybrid-profile"}
	for name, pairs := range map[string][]string{
		"code": nil, "implicit": {"response_type", "id_token token"}, "hybrid": {"response_type", "code id_token"},
	} {
		b := h.browser(t, "alice", "shop")
		o := b.signIn(pairs...)
		p.nobody(t, name, &browser{b.Copy(t), t, "alice", "shop"})
		o = back(b, o)
		p.check(t, name, o, nil)
		if by := o.ID["https://shop.example/by"]; by != protocols[name] {
			t.Errorf("%s: the protocol of the request was %v", name, by)
		}
	}
	p.check(t, "the window", back(known.browser, known.outcome(known.ask())), nil)
	quiet := &stopped{"interaction_required", "rule_redirect", ""}
	for _, mode := range []string{"web_message", "fragment", "form_post", "query"} {
		p.check(t, "silent "+mode, known.outcome(known.ask("prompt", "none", "response_mode", mode)), quiet)
	}
	p.check(t, "fedcm", known.fedcm(), quiet)
	p.check(t, "refresh", known.refresh(known.token), quiet)
}
