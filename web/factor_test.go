package web_test

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/audit"
	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/factor"
	"github.com/hush-sso/hush/internal/factor/factortest"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/rules"
	"github.com/hush-sso/hush/silent"
)

// factored is a provider with second factors, and an app that needs one.
func factored(t *testing.T, s *redisstore.Store, change func(*provider.Options)) *provider.Provider {
	return node(t, s, func(o *provider.Options) {
		o.Factors = &provider.Factors{}
		both := []string{"authorization_code", "refresh_token"}
		o.Clients = append(o.Clients, client.Spec{ID: "spa", FirstParty: true, GrantTypes: both, RedirectURIs: []string{redirectOf("spa")}}, client.Spec{ID: "bank", FirstParty: true, Multifactor: true,
			GrantTypes: both, RedirectURIs: []string{"https://app.bank.test/callback"}})
		if change != nil {
			change(o)
		}
	})
}

// owns gives a user an app, and returns its secret and the recovery codes.
func owns(t *testing.T, s *redisstore.Store, user string) (secret []byte, recovery []string) {
	t.Helper()
	secret, before := factor.NewSecret(), time.Now().Add(-time.Minute)
	recovery, err := factor.New(s, keyring(t, issuer)).AddApp(context.Background(), user, secret, factortest.Code(secret, before), before)
	if err != nil {
		t.Fatal(err)
	}
	return secret, recovery
}

// asksFactor fails unless the page asks for a second factor, without a session.
func asksFactor(t *testing.T, a *hushtest.Agent, r *hushtest.Reply) *hushtest.Reply {
	t.Helper()
	if !strings.Contains(r.Body, `name="code"`) || a.Cookie(ssoCookie) != "" {
		t.Fatalf("%d, with a session: %v\n%s", r.Status, a.Cookie(ssoCookie) != "", r.Body)
	}
	return r
}

func totp(secret []byte) string { return factortest.Code(secret, time.Now()) }

// TestSecondFactor: who has one is asked for it at every sign-in, before there is a
// session, and one code is good once.
func TestSecondFactor(t *testing.T) {
	store := embedded(t)
	p := factored(t, store, nil)
	secret, recovery := owns(t, store, "alice")
	a := browser(t, p)
	asksFactor(t, a, typeIn(t, a, "every", "alice"))
	refusedAs(t, a.Copy(t).Authorize(quiet("every")), silent.NoSession)
	asksFactor(t, a, a.Submit("code", "000000x"))
	form := a.Copy(t)
	right := totp(secret)
	granted(t, a.Submit("code", right))
	granted(t, a.Authorize(quiet("bank")))

	// The form's twin has no second go, nor has the code another sign-in.
	if r := form.Submit("code", recovery[0]); r.Answer != nil {
		t.Error("the form was good twice")
	}
	other := browser(t, p)
	asksFactor(t, other, typeIn(t, other, "every", "alice"))
	if r := other.Submit("code", right); !strings.Contains(r.Body, "used already") {
		t.Errorf("a code is good twice: %s", r.Body)
	}
	granted(t, other.Submit("code", recovery[1]))

	// Who has none is not asked.
	bob := browser(t, p)
	granted(t, typeIn(t, bob, "every", "bob"))
	got := bob.Authorize(quiet("bank"))
	refused(t, got, "login_required", silent.FactorRequired)
	if got.Answer.Params["error_description"] != "Multifactor authentication required" {
		t.Errorf("%v", got.Answer.Params)
	}
}

// TestFactorStepIsBound: another browser, another way and a sign-out make nothing of a
// sign-in that waits for its factor.
func TestFactorStepIsBound(t *testing.T) {
	store := embedded(t)
	p := factored(t, store, nil)
	secret, _ := owns(t, store, "alice")
	a := browser(t, p)
	asksFactor(t, a, typeIn(t, a, "every", "alice"))
	thief := browser(t, p)
	thief.Authorize(request("every")) // has a form cookie of its own
	thief.Page = a.Page
	if r := thief.Submit("code", totp(secret)); r.Answer != nil || thief.Cookie(ssoCookie) != "" {
		t.Error("another browser goes on with it")
	}
	for _, way := range []string{"every", "bank"} {
		if r := a.Copy(t).Authorize(request(way)); r.Answer != nil || strings.Contains(r.Body, `name="code"`) {
			t.Errorf("another request to %s goes on with it", way)
		}
	}
	late := a.Copy(t)
	a.Get("v2/logout")
	if r := late.Submit("code", factortest.Code(secret, time.Now().Add(30*time.Second))); r.Answer != nil || late.Cookie(ssoCookie) != "" {
		t.Error("signing out left it")
	}
}

// TestFactorGuesses: guesses count for the user, whatever sign-in they belong to, and
// the right code is not looked at after them.
func TestFactorGuesses(t *testing.T) {
	store := embedded(t)
	p := factored(t, store, nil)
	secret, _ := owns(t, store, "alice")
	var last *hushtest.Agent
	for i := range 8 {
		last = browser(t, p)
		asksFactor(t, last, typeIn(t, last, "every", "alice"))
		if r := last.Submit("code", "123456"); (r.Status == http.StatusTooManyRequests) != (i >= 6) && i != 5 {
			t.Errorf("guess %d: %d", i, r.Status)
		}
	}
	if r := last.Submit("code", totp(secret)); r.Status != http.StatusTooManyRequests || last.Cookie(ssoCookie) != "" {
		t.Errorf("the right one after them: %d", r.Status)
	}
}

var shownSecret = regexp.MustCompile(`<code id="secret"><bdi>([A-Z2-7]+)</bdi>`)

// TestFactorIsSetUp: where an app or a rule needs a factor, who has none adds one and
// is signed in by it; the next sign-in asks for it.
func TestFactorIsSetUp(t *testing.T) {
	store := embedded(t)
	p := factored(t, store, nil)
	a := browser(t, p)
	granted(t, typeIn(t, a, "every", "bob")) // with the password alone
	a.Expect("bank", "https://app.bank.test/callback")
	a.Authorize(with(request("every"), "client_id", "bank", "redirect_uri", "https://app.bank.test/callback"))
	r := a.SignIn("bob", "builder")
	shown := shownSecret.FindStringSubmatch(r.Body)
	if shown == nil {
		t.Fatalf("no secret:\n%s", r.Body)
	}
	late := browser(t, p) // who knows the password has begun the same
	late.Expect("bank", "https://app.bank.test/callback")
	late.Authorize(with(request("every"), "client_id", "bank", "redirect_uri", "https://app.bank.test/callback"))
	theirs := shownSecret.FindStringSubmatch(late.SignIn("bob", "builder").Body)
	r = a.Submit("code", factortest.CodeOf(shown[1], time.Now()))
	if !strings.Contains(r.Body, `id="recovery"`) {
		t.Fatalf("no recovery codes:\n%s", r.Body)
	}
	if r := a.Submit(); r.Answer == nil || r.Answer.Params["code"] == "" {
		t.Fatalf("not signed in: %+v\n%s", r.Answer, r.Body)
	}
	if r := late.Submit("code", factortest.CodeOf(theirs[1], time.Now())); r.Answer != nil || late.Cookie(ssoCookie) != "" || strings.Contains(r.Body, `id="recovery"`) {
		t.Error("a second one was added by who has the password alone")
	}
	other := browser(t, p)
	asksFactor(t, other, typeIn(t, other, "every", "bob"))
}

// TestFactorForRules: context.multifactor asks for one, at the sign-in and of who is
// signed in, and is content with it.
func TestFactorForRules(t *testing.T) {
	store := embedded(t)
	r := rulesThat(func(*rules.Input) (rules.Verdict, error) {
		return rules.Verdict{Multifactor: true, Rule: "gate.js"}, nil
	})
	p := factored(t, store, func(o *provider.Options) { o.Rules = r })
	secret, recovery := owns(t, store, "alice")
	a := browser(t, p)
	asksFactor(t, a, typeIn(t, a, "every", "alice"))
	granted(t, a.Submit("code", totp(secret)))
	granted(t, a.Authorize(quiet("every")))
	_ = recovery

	r.from(pass)
	bob := browser(t, p)
	granted(t, typeIn(t, bob, "every", "bob"))
	r.from(func(*rules.Input) (rules.Verdict, error) {
		return rules.Verdict{Multifactor: true, Rule: "gate.js"}, nil
	})
	refusedAs(t, bob.Authorize(quiet("every")), silent.RuleMultifactor)
	bob.Authorize(request("every"))
	if r := bob.SignIn("bob", "builder"); shownSecret.FindString(r.Body) == "" {
		t.Errorf("nothing to set up:\n%s", r.Body)
	}
}

// TestFactorAtRefresh: an app that needs a factor from now on refreshes no sign-in
// without one.
func TestFactorAtRefresh(t *testing.T) {
	store := embedded(t)
	p := factored(t, store, nil)
	a := browser(t, p)
	signIn(t, a, "bob")
	first := granting(t, a, "spa")
	strict := factored(t, store, func(o *provider.Options) {
		for i := range o.Clients {
			o.Clients[i].Multifactor = true
		}
	})
	got := refresh(a.Through(hushtest.Direct(strict.Public)), "spa", first.Text("refresh_token"))
	if got.Text("error") != "mfa_required" || got.Text("error_description") != "Multifactor authentication required" {
		t.Errorf("%s", got.Body)
	}
	refreshed(t, refresh(a, "spa", first.Text("refresh_token")))
}

// TestFactorsOnTheAccountPage: added and removed by who signed in just now, with the
// factor where there is one.
func TestFactorsOnTheAccountPage(t *testing.T) {
	store := embedded(t)
	p := factored(t, store, nil)
	a := browser(t, p)
	granted(t, typeIn(t, a, "every", "bob"))
	thief := a.Copy(t)
	a.Get("account/factors")
	r := a.Submit("action", "add")
	shown := shownSecret.FindStringSubmatch(r.Body)
	if shown == nil {
		t.Fatalf("nothing to add:\n%s", r.Body)
	}
	r = a.Submit("code", factortest.CodeOf(shown[1], time.Now()))
	if !strings.Contains(r.Body, `id="recovery"`) {
		t.Fatalf("no recovery codes:\n%s", r.Body)
	}
	// The session holds no factor: it changes nothing any more.
	remove := regexp.MustCompile(`name="remove" value="([^"]+)"`)
	page := a.Get("account/factors")
	if remove.MatchString(page.Body) || !strings.Contains(page.Body, "Sign in once more") {
		t.Errorf("offered without the factor:\n%s", page.Body)
	}
	set, err := factor.New(store, keyring(t, issuer)).Of(t.Context(), "bob")
	if err != nil || len(set.Apps) != 1 {
		t.Fatal(set, err)
	}
	for _, pairs := range [][]string{{"remove", set.Apps[0].ID}, {"action", "recovery"}, {"action", "add"}} {
		if r := a.Submit(pairs...); r.Status != http.StatusForbidden || strings.Contains(r.Body, `id="recovery"`) || shownSecret.MatchString(r.Body) {
			t.Errorf("%v without the factor: %d", pairs, r.Status)
		}
		a.Get("account/factors")
	}
	// Nor does a sign-in of some time ago, where there is no factor yet.
	if err := factor.New(store, keyring(t, issuer)).Clear(t.Context(), "bob"); err != nil {
		t.Fatal(err)
	}
	age(t, store, thief, 11*time.Minute)
	thief.Get("account/factors")
	if r := thief.Submit("action", "add"); r.Status != http.StatusForbidden || shownSecret.MatchString(r.Body) {
		t.Errorf("added by a cookie alone: %d", r.Status)
	}
}

// TestFactorsAreAudited: who added one, who failed, and who took one away.
func TestFactorsAreAudited(t *testing.T) {
	t.Parallel()
	book := &ledger{}
	log, end := keeping(t, book, audit.Refuse)
	p := factored(t, embedded(t), func(o *provider.Options) { o.Audit = log })
	k := newPasskey()
	keyed(t, p, "bob", k)
	a := browser(t, p)
	typeIn(t, a, "every", "bob")
	a.Submit("code", "123456")
	b, asked := atLogin(t, p)
	granted(t, b.Submit("passkey", k.Use(asked)))
	page := b.Get("account/factors")
	b.Submit("remove", removable(page)[0])
	end()
	var got []string
	for _, line := range book.lines(t) {
		if strings.HasPrefix(line, "factor_") {
			got = append(got, strings.TrimSpace(line))
		}
	}
	want := []string{"factor_changed ok factor_added bob", "factor_refused refused factor_wrong bob every", "factor_changed ok factor_removed bob"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}
