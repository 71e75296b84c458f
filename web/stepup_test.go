package web_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/acr"
	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/internal/token"
	"github.com/hush-sso/hush/silent"
)

// steps is the order of the tests: what every sign-in has, a password typed for
// what asked for it, and a second factor that nobody here has.
func steps(o *provider.Options) {
	order, err := acr.New([]acr.Class{
		{Value: "1"},
		{Value: "silver", Methods: [][]string{{"pwd"}}, OnRequest: true, MaxAge: 15 * time.Minute},
		{Value: "gold", Methods: [][]string{{"pwd", "otp"}}},
	})
	if err != nil {
		panic(err)
	}
	o.ACR = order
	wishing, must := clients()[0], clients()[0]
	wishing.ID, wishing.DefaultACRValues = "wishing", []string{"unknown", "silver"}
	must.ID, must.MinimumACR = "must", "silver"
	o.Clients = append(o.Clients, wishing, must)
	if o.APIs == nil {
		o.APIs = []client.API{{Audience: audience, Name: "Shop", SkipConsentForFirstParty: true}}
	}
}

// under is a request of the app every under another id.
func under(clientID string, pairs ...string) []string {
	return append([]string{"client_id", clientID}, pairs...)
}

// acrOf is what the tokens of a code say of the sign-in.
func acrOf(t testing.TB, a *hushtest.Agent, code string) string {
	t.Helper()
	access, id := redeemed(t, a.Exchange(code, verifier))
	if got := claimsOf(t, access)["acr"]; got != claimsOf(t, id)["acr"] {
		t.Errorf("the access token says %v, the ID token %v", got, claimsOf(t, id)["acr"])
	}
	value, _ := claimsOf(t, id)["acr"].(string)
	return value
}

// TestStepUp from the silent refusal to the end of what was reached.
func TestStepUp(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		a := signIn(t, browser(t, node(t, store, steps)), "alice")
		before := handleOf(t, a)
		if n := redistest.Trips(store, func() {
			refusedAs(t, a.Authorize(quiet("every", "acr_values", "silver")), silent.StepUpRequired)
		}); n != 1 {
			t.Errorf("the refusal costs %d trips", n)
		}
		if got := acrOf(t, a, granted(t, a.Authorize(quiet("every")))["code"]); got != "1" {
			t.Errorf("the refusal left %q", got)
		}

		page := a.Authorize(request("every", "acr_values", "silver"))
		if page.Form == nil || !strings.Contains(page.Body, "asks you to confirm that it is you") || page.Form.Fields.Get("username") != "alice" {
			t.Fatalf("status %d\n%s", page.Status, page.Body)
		}
		code := granted(t, a.SignIn("alice", "wonderland"))["code"]
		if got := acrOf(t, a, code); got != "silver" {
			t.Errorf("the sign-in reached %q", got)
		}
		if after := handleOf(t, a); after.Key != before.Key || after.Secret == before.Secret {
			t.Error("it must be the same session with another secret")
		}
		for _, q := range [][]string{{"acr_values", "silver"}, {}, {"acr_values", "gold silver"}} {
			if n := redistest.Trips(store, func() {
				if got := acrOf(t, a, granted(t, a.Authorize(quiet("every", q...)))["code"]); got != "silver" {
					t.Errorf("%v: silently %q", q, got)
				}
			}); n != 2 { // the second is that of the code
				t.Errorf("%v: %d trips", q, n)
			}
		}

		age(t, store, a, 15*time.Minute-time.Minute)
		granted(t, a.Authorize(quiet("every", "acr_values", "silver")))
		age(t, store, a, 2*time.Minute)
		refusedAs(t, a.Authorize(quiet("every", "acr_values", "silver")), silent.StepUpRequired)
		if got := acrOf(t, a, granted(t, a.Authorize(quiet("every")))["code"]); got != "1" {
			t.Errorf("after its time the session says %q", got)
		}
	})
}

// TestACRAsked in every way, and by several at once, of which none weakens
// another.
func TestACRAsked(t *testing.T) {
	a := signIn(t, browser(t, node(t, embedded(t), steps)), "alice")
	for name, c := range map[string]struct {
		q    []string
		want silent.Reason
	}{
		"acr_values":                        {under("every", "acr_values", "silver"), silent.StepUpRequired},
		"one of two will do":                {under("every", "acr_values", "silver 1"), ""},
		"one that is not known":             {under("every", "acr_values", "platinum"), ""},
		"one that is not known, and silver": {under("every", "acr_values", "platinum silver"), silent.StepUpRequired},
		"one that is not known, for an API": {under("every", "acr_values", "platinum", "audience", audience), silent.ACRUnmet},
		"a wish of claims":                  {under("every", "claims", `{"id_token":{"acr":{"values":["silver"]}}}`), silent.StepUpRequired},
		"a wish that is not known":          {under("every", "claims", `{"id_token":{"acr":{"values":["platinum"]}}}`), ""},
		"an essential value":                {under("every", "claims", `{"id_token":{"acr":{"essential":true,"value":"silver"}}}`), silent.StepUpRequired},
		"an essential one that is not known": {
			under("every", "claims", `{"id_token":{"acr":{"essential":true,"value":"platinum"}}}`), silent.ACRUnmet},
		"a default":                   {under("wishing"), silent.StepUpRequired},
		"a default, and its opposite": {under("wishing", "acr_values", "1"), ""},
		"a default, and blanks":       {under("wishing", "acr_values", "  "), silent.StepUpRequired},
		"a default, and claims":       {under("wishing", "claims", `{"id_token":{"acr":{"value":"1"}}}`), ""},
		"a default, and no value":     {under("wishing", "claims", `{"id_token":{"acr":{"essential":true}}}`), silent.StepUpRequired},
		"a minimum":                   {under("must"), silent.StepUpRequired},
		"a minimum, and less":         {under("must", "acr_values", "1"), silent.StepUpRequired},
		"a minimum, and a stranger":   {under("must", "acr_values", "platinum"), silent.StepUpRequired},
		"claims, and less beside it": {
			under("every", "acr_values", "1", "claims", `{"id_token":{"acr":{"essential":true,"value":"silver"}}}`), silent.StepUpRequired},
		"claims, and more beside it": {
			under("every", "acr_values", "silver", "claims", `{"id_token":{"acr":{"essential":true,"value":"1"}}}`), silent.StepUpRequired},
	} {
		r := a.Authorize(quiet("every", c.q...))
		if c.want == "" {
			granted(t, r)
			continue
		}
		t.Run(name, func(t *testing.T) { refusedAs(t, r, c.want) })
	}
	for _, name := range []string{"acr_values", "claims"} {
		q := quiet("every", "acr_values", "silver", "claims", `{"id_token":{"acr":{"essential":true,"value":"silver"}}}`)
		q.Add(name, q.Get(name))
		refused(t, a.Authorize(q), "invalid_request", "")
		if q = quiet("every"); name == "acr_values" {
			q[name] = []string{"1", "silver"}
			refused(t, a.Authorize(q), "invalid_request", "")
		}
	}
}

// TestACRTold is one of those that were asked for, where it is held.
func TestACRTold(t *testing.T) {
	a := signIn(t, browser(t, node(t, embedded(t), steps)), "alice")
	a.Authorize(request("every", "acr_values", "silver"))
	granted(t, a.SignIn("alice", "wonderland"))
	for name, c := range map[string]struct {
		q    []string
		want string
	}{
		"nothing":                   {nil, "silver"},
		"less":                      {[]string{"acr_values", "1"}, "1"},
		"less, or more":             {[]string{"acr_values", "gold 1"}, "1"},
		"both":                      {[]string{"acr_values", "1 silver"}, "silver"},
		"essentially less":          {[]string{"claims", `{"id_token":{"acr":{"essential":true,"values":["platinum","1"]}}}`}, "1"},
		"essentially less, or more": {[]string{"acr_values", "silver", "claims", `{"id_token":{"acr":{"essential":true,"value":"1"}}}`}, "1"},
		"what is not known":         {[]string{"acr_values", "platinum"}, "silver"},
	} {
		if got := acrOf(t, a, granted(t, a.Authorize(quiet("every", c.q...)))["code"]); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestStepUpByEveryCarrier of a request. What stands beside what was signed or
// pushed weakens nothing.
func TestStepUpByEveryCarrier(t *testing.T) {
	o := newOffice(t, steps)
	for name, carry := range o.carriers() {
		for kind, pairs := range map[string][]string{
			"acr_values": {"acr_values", "silver"},
			"claims":     {"claims", `{"id_token":{"acr":{"essential":true,"value":"silver"}}}`},
		} {
			t.Run(name+" "+kind, func(t *testing.T) {
				a := signIn(t, browser(t, o.Provider), "alice")
				quietly := asked("signing", append([]string{"prompt", "none"}, pairs...)...)
				if name != "fetched" { // a silent request calls nobody
					refusedAs(t, a.Authorize(carry(t, a, quietly)), silent.StepUpRequired)
				}
				if name != "fetched" && name != "plain" {
					refusedAs(t, a.Authorize(with(carry(t, a, quietly), "acr_values", "1", "claims", "")), silent.StepUpRequired)
				}
				if page := a.Authorize(carry(t, a, asked("signing", pairs...))); page.Form == nil {
					t.Fatalf("nobody is asked: %+v", page.Answer)
				}
				if got := acrOf(t, a, granted(t, a.SignIn("alice", "wonderland"))["code"]); got != "silver" {
					t.Errorf("the sign-in reached %q", got)
				}
			})
		}
	}
}

// TestStepUpUnmet: what a sign-in does not reach is said once it was tried, and
// not asked for again.
func TestStepUpUnmet(t *testing.T) {
	a := browser(t, node(t, embedded(t), steps))
	for _, pairs := range [][]string{{"acr_values", "gold"}, {"claims", `{"id_token":{"acr":{"essential":true,"value":"gold"}}}`}} {
		if page := a.Authorize(request("every", pairs...)); page.Form == nil {
			t.Fatalf("nobody is asked: %+v", page.Answer)
		}
		refusedAs(t, a.SignIn("alice", "wonderland"), silent.ACRUnmet)
		refusedAs(t, a.Authorize(quiet("every", pairs...)), silent.StepUpRequired)
	}
	// The sign-in is good for all else. It was made for a request for more than
	// silver, so it reached that.
	if got := acrOf(t, a, granted(t, a.Authorize(quiet("every")))["code"]); got != "silver" {
		t.Errorf("it says %q", got)
	}
}

// TestPlainSignInRaisesNothing: who signs in because they are told to, by any
// app, did not confirm what another one asks to be confirmed.
func TestPlainSignInRaisesNothing(t *testing.T) {
	a := signIn(t, browser(t, node(t, embedded(t), steps)), "alice")
	for _, q := range [][]string{{"prompt", "login"}, {"max_age", "0"}, {"prompt", "login", "acr_values", "1"}} {
		a.Authorize(request("every", q...))
		granted(t, a.SignIn("alice", "wonderland"))
		refusedAs(t, a.Authorize(quiet("every", "acr_values", "silver")), silent.StepUpRequired)
	}
}

// TestStepUpIsTold to nobody whom the user did not allow.
func TestStepUpIsTold(t *testing.T) {
	a := signIn(t, browser(t, node(t, embedded(t), steps)), "alice")
	refusedAs(t, a.Authorize(quiet("guest", "acr_values", "silver")), silent.ConsentRequired)
	a.Authorize(request("guest", "acr_values", "silver"))
	if page := a.SignIn("alice", "wonderland"); page.Form == nil || page.Answer != nil {
		t.Fatalf("nobody is asked for consent: %+v", page.Answer)
	}
	if got := acrOf(t, a, granted(t, a.Consent("allow"))["code"]); got != "silver" {
		t.Errorf("the sign-in reached %q", got)
	}
}

// TestStepUpTooLate: who takes longer for the pages after the sign-in than what
// it reached holds is asked once more, and not refused.
func TestStepUpTooLate(t *testing.T) {
	store := embedded(t)
	a := signIn(t, browser(t, node(t, store, steps)), "alice")
	a.Authorize(request("guest", "acr_values", "silver"))
	if page := a.SignIn("alice", "wonderland"); page.Form == nil {
		t.Fatalf("nobody is asked for consent: %+v", page.Answer)
	}
	age(t, store, a, 16*time.Minute)
	if page := a.Consent("allow"); page.Form == nil || page.Form.Fields.Get("username") != "alice" {
		t.Fatalf("nobody is asked to sign in: %+v", page.Answer)
	}
	granted(t, a.SignIn("alice", "wonderland"))
}

// TestStepUpForm is good in the browser and for the session that it was made for.
func TestStepUpForm(t *testing.T) {
	p := node(t, embedded(t), steps)
	alice, bob := signIn(t, browser(t, p), "alice"), signIn(t, browser(t, p), "bob")
	alice.Authorize(request("every", "acr_values", "silver"))
	carried := bob.Copy(t)
	carried.Page = alice.Page
	if page := carried.SignIn("bob", "builder"); page.Form == nil || page.Answer != nil {
		t.Errorf("a form of another browser is taken: %+v", page.Answer)
	}
	refusedAs(t, bob.Authorize(quiet("every", "acr_values", "silver")), silent.StepUpRequired)

	// After the sign-in, but before consent: what was shown counts in that session.
	alice.Authorize(request("guest", "acr_values", "silver"))
	alice.SignIn("alice", "wonderland")
	consent := alice.Page
	alice = signIn(t, alice, "bob")
	alice.Page = consent
	if page := alice.Consent("allow"); page.Answer != nil {
		t.Errorf("what alice confirmed counts for bob: %+v", page.Answer)
	}
	refusedAs(t, alice.Authorize(quiet("every", "acr_values", "silver")), silent.StepUpRequired)
}

// TestACRFades: tokens that are made when the time of a context is over say what
// is left, and so does introspection of those that were made before.
func TestACRFades(t *testing.T) {
	store := embedded(t)
	a := signIn(t, browser(t, node(t, store, func(o *provider.Options) { refreshers(o); steps(o) })), "alice")
	for passed, want := range map[time.Duration]string{14 * time.Minute: "silver", 16 * time.Minute: "1"} {
		a.Authorize(request("server", "acr_values", "silver", "scope", offlineID, "prompt", "login"))
		code := recode(t, "server", granted(t, a.SignIn("alice", "wonderland"))["code"], func(g *token.Grant) {
			g.AuthTime = g.AuthTime.Add(-passed)
		})
		r := a.Exchange(code, verifier, "client_secret", "vault secret")
		for _, when := range []string{"redeemed", "refreshed"} {
			access, id := redeemed(t, r)
			if claimsOf(t, access)["acr"] != want || claimsOf(t, id)["acr"] != want {
				t.Errorf("%s after %v: %v and %v, want %s", when, passed, claimsOf(t, access)["acr"], claimsOf(t, id)["acr"], want)
			}
			r = refresh(a, "server", r.Text("refresh_token"))
		}
		if told := introspected(t, a, r.Text("refresh_token"))["acr"]; told != want {
			t.Errorf("after %v introspection says %q, want %s", passed, told, want)
		}
	}
}

// TestACRSupported says what there is, the lowest first.
func TestACRSupported(t *testing.T) {
	a := browser(t, node(t, embedded(t), steps))
	list, _ := a.Get(".well-known/openid-configuration").JSON()["acr_values_supported"].([]any)
	if !slices.Equal(list, []any{"1", "silver", "gold"}) {
		t.Errorf("%v", list)
	}
}

// TestStolenSecretAfterStepUp: for the 15 seconds in which requests of before may
// still be on their way, the secret of before is told what it was told before: not
// the acr that was reached since, nor when. It renews nothing, and is given no
// other.
func TestStolenSecretAfterStepUp(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		a := signIn(t, browser(t, node(t, store, steps)), "alice")
		age(t, store, a, time.Hour)
		thief := a.Copy(t)
		before := claimsOf(t, idToken(t, thief))
		a.Authorize(request("every", "acr_values", "silver"))
		granted(t, a.SignIn("alice", "wonderland"))

		refusedAs(t, thief.Authorize(quiet("every", "acr_values", "silver")), silent.StepUpRequired)
		refusedAs(t, thief.Authorize(quiet("every", under("must")...)), silent.StepUpRequired)
		refusedAs(t, thief.Authorize(quiet("every", "max_age", "60")), silent.MaxAgeExceeded)
		now := claimsOf(t, idToken(t, thief))
		for _, claim := range []string{"acr", "auth_time", "sid", "sub"} {
			if now[claim] != before[claim] {
				t.Errorf("%s is %v, and was %v", claim, now[claim], before[claim])
			}
		}
		if raised := claimsOf(t, idToken(t, a)); raised["acr"] != "silver" || raised["auth_time"].(float64) < before["auth_time"].(float64)+3599 {
			t.Errorf("the user is told %v", raised)
		}
		if r := thief.Authorize(quiet("every")); len(r.Set) != 0 || handleOf(t, thief) == handleOf(t, a) {
			t.Errorf("the secret of before is answered with %v", r.Set)
		}

		// Who knows the password besides gets a session of their own.
		key := handleOf(t, a).Key
		thief.Authorize(request("every", "acr_values", "silver"))
		granted(t, thief.SignIn("alice", "wonderland"))
		if handleOf(t, thief).Key == key {
			t.Error("the secret of before renewed the session")
		}
		if got := acrOf(t, a, granted(t, a.Authorize(quiet("every", "acr_values", "silver")))["code"]); got != "silver" {
			t.Errorf("the user's session says %q", got)
		}

		late := a.Copy(t)
		a.Authorize(request("every", "acr_values", "silver", "prompt", "login"))
		granted(t, a.SignIn("alice", "wonderland"))
		if got := acrOf(t, late, granted(t, late.Authorize(quiet("every")))["code"]); got != "silver" {
			t.Errorf("one that was silver says %q", got)
		}
		age(t, store, a, 16*time.Second)
		refusedAs(t, late.Authorize(quiet("every")), silent.SessionSuperseded)
	})
}

// idToken is one that the browser's session is given silently.
func idToken(t testing.TB, a *hushtest.Agent) string {
	t.Helper()
	return granted(t, a.Authorize(quiet("every", "response_type", "id_token")))["id_token"]
}

// TestCodeOfBefore: a code that was made before the step-up, or for who holds the
// secret of before, gives tokens that say so.
func TestCodeOfBefore(t *testing.T) {
	a := signIn(t, browser(t, node(t, embedded(t), steps)), "alice")
	early, inFlight := granted(t, a.Authorize(quiet("every")))["code"], a.Copy(t)
	a.Authorize(request("every", "acr_values", "silver"))
	granted(t, a.SignIn("alice", "wonderland"))
	for name, code := range map[string]string{"before": early, "in flight": granted(t, inFlight.Authorize(quiet("every")))["code"]} {
		if got := acrOf(t, a, code); got != "1" {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// TestOrderReplaced: sessions are judged by the order of today.
func TestOrderReplaced(t *testing.T) {
	p := node(t, embedded(t), steps)
	a := signIn(t, browser(t, p), "alice")
	a.Authorize(request("every", "acr_values", "silver"))
	granted(t, a.SignIn("alice", "wonderland"))
	for _, c := range []struct {
		name    string
		classes []acr.Class
		want    string
	}{
		{"another name", []acr.Class{{Value: "0"}, {Value: "copper"}}, "0"},
		{"more methods", []acr.Class{{Value: "0"}, {Value: "silver", Methods: [][]string{{"pwd", "otp"}}}}, "0"},
		{"as it was", []acr.Class{{Value: "0"}, {Value: "copper"}, {Value: "silver"}}, "silver"},
	} {
		order, err := acr.New(c.classes)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Replace(provider.Registry{Clients: clients(), Users: users(), ACR: order}); err != nil {
			t.Fatal(err)
		}
		if got := acrOf(t, a, granted(t, a.Authorize(quiet("every")))["code"]); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	must := clients()[0]
	must.MinimumACR = "silver"
	if err := p.Replace(provider.Registry{Clients: []client.Spec{must}, Users: users()}); err == nil {
		t.Error("an app that nobody can sign in to is taken")
	}
}

// TestRegisteredDefault: what an app registered for itself counts, and a value that
// nobody here knows bars nobody.
func TestRegisteredDefault(t *testing.T) {
	p := node(t, embedded(t), func(o *provider.Options) { registering(nil)(o); steps(o) })
	a := signIn(t, browser(t, p), "alice")
	for value, want := range map[string]silent.Reason{"silver": silent.StepUpRequired, "platinum": ""} {
		r := enroll(t, p, object{"token_endpoint_auth_method": "none", "default_acr_values": []string{value}})
		q := []string{"redirect_uri", stranger + "/cb"}
		a.Authorize(request(r.id(), append(q, "acr_values", "1")...))
		granted(t, a.Consent("allow"))
		answer := a.Authorize(quiet(r.id(), q...))
		if want == "" {
			granted(t, answer)
			continue
		}
		refusedAs(t, answer, want)
	}
}

// TestConfirmNotice says why the person is asked again, in their language.
func TestConfirmNotice(t *testing.T) {
	p := node(t, embedded(t), steps)
	a, hint := signIn(t, browser(t, p), "alice"), idToken(t, signIn(t, browser(t, p), "bob"))
	for language, text := range map[string]string{
		"en": "This app asks you to confirm that it is you.", "de": "Diese App bittet Sie zu bestätigen, dass Sie es sind.",
	} {
		for _, q := range [][]string{{"acr_values", "silver"}, {"max_age", "0"}, {"prompt", "login"}} {
			if page := a.Authorize(request("every", append(q, "ui_locales", language)...)); !strings.Contains(page.Body, text) {
				t.Errorf("%s, %v:\n%s", language, q, page.Body)
			}
		}
		if page := a.Authorize(request("every", "id_token_hint", hint, "ui_locales", language)); strings.Contains(page.Body, text) {
			t.Errorf("%s: alice is asked to confirm that she is bob", language)
		}
	}
}

// TestStepUpOfOneAccount leaves the others of the browser as they were, and none
// of them counts for another.
func TestStepUpOfOneAccount(t *testing.T) {
	a := signIn(t, browser(t, node(t, embedded(t), steps)), "alice")
	alice := idToken(t, a)
	a.Authorize(request("every", "prompt", "login"))
	granted(t, a.SignIn("bob", "builder"))
	bob := idToken(t, a)
	before := claimsOf(t, bob)
	inFlight := a.Copy(t)

	page := a.Authorize(request("every", "acr_values", "silver", "id_token_hint", alice))
	if page.Form == nil || page.Form.Fields.Get("username") != "alice" {
		t.Fatalf("alice is not asked: %+v", page.Answer)
	}
	code := granted(t, a.SignIn("alice", "wonderland"))["code"]
	if got := acrOf(t, a, code); got != "silver" {
		t.Errorf("the sign-in reached %q", got)
	}
	granted(t, a.Authorize(quiet("every", "acr_values", "silver", "id_token_hint", alice)))
	refusedAs(t, a.Authorize(quiet("every", "acr_values", "silver", "id_token_hint", bob)), silent.StepUpRequired)
	after := claimsOf(t, granted(t, a.Authorize(quiet("every", "response_type", "id_token", "id_token_hint", bob)))["id_token"])
	for _, claim := range []string{"sub", "sid", "acr", "auth_time"} {
		if after[claim] != before[claim] {
			t.Errorf("bob's %s is %v, and was %v", claim, after[claim], before[claim])
		}
	}
	refusedAs(t, inFlight.Authorize(quiet("every", "acr_values", "silver", "id_token_hint", alice)), silent.StepUpRequired)
	granted(t, inFlight.Authorize(quiet("every", "id_token_hint", alice)))
}
