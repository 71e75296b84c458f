package web_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/rules"
	"github.com/hush-sso/hush/silent"
)

// TestStoppedUserHasNoSession: a sign-in that a rule stops leaves nothing in the
// browser, and nothing in the store that counts anywhere.
func TestStoppedUserHasNoSession(t *testing.T) {
	store := embedded(t)
	r := rulesThat(func(*rules.Input) (rules.Verdict, error) { return deny("Not on Mondays.") })
	p := ruledNode(t, store, r)
	for name, say := range map[string]func(*rules.Input) (rules.Verdict, error){
		"denied":    func(*rules.Input) (rules.Verdict, error) { return deny("Not on Mondays.") },
		"failed":    func(*rules.Input) (rules.Verdict, error) { return fail() },
		"over time": func(*rules.Input) (rules.Verdict, error) { return rules.Verdict{}, errEnded },
		"multifactor": func(*rules.Input) (rules.Verdict, error) {
			return rules.Verdict{Multifactor: true, Rule: "gate.js"}, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			r.from(say)
			a := browser(t, p)
			got := typeIn(t, a, "every", "alice")
			want := map[string]silent.Reason{"denied": silent.RuleDenied, "multifactor": silent.RuleFactor}[name]
			if want == "" {
				want = silent.RuleFailed
			}
			refusedAs(t, got, want)
			if name == "denied" && got.Answer.Params["error_description"] != "Not on Mondays." {
				t.Errorf("the app is told %v", got.Answer.Params)
			}
			if a.Cookie(ssoCookie) != "" || slices.ContainsFunc(got.Set, func(c *http.Cookie) bool { return c.Name == ssoCookie }) {
				t.Error("the browser holds a session")
			}
			for _, clientID := range []string{"every", "passive"} {
				r.from(pass) // as if the rules had forgotten
				refusedAs(t, a.Authorize(quiet(clientID)), silent.NoSession)
			}
			if keys := store.Client().Keys(t.Context(), "hush:{*}:s").Val(); len(keys) != 0 {
				t.Errorf("the store holds %v", keys)
			}
		})
	}
}

// TestBackAfterBeingStopped: what a stopped user can try is worth nothing: the form
// was used, and only a new proof is judged.
func TestBackAfterBeingStopped(t *testing.T) {
	r := rulesThat(func(*rules.Input) (rules.Verdict, error) { return deny("no") })
	a := browser(t, ruledNode(t, embedded(t), r))
	a.Authorize(request("every"))
	form := a.Page
	refusedAs(t, a.SignIn("alice", "wonderland"), silent.RuleDenied)
	r.from(pass)
	a.Page = form
	if again := a.SignIn("alice", "wonderland"); again.Answer != nil || a.Cookie(ssoCookie) != "" {
		t.Fatalf("the form of before was good again: %+v", again.Answer)
	}
	granted(t, a.SignIn("alice", "wonderland"))
}

// TestStoppedAtOneApp: who signed in at one app is judged anew at each other one, in
// every way in.
func TestStoppedAtOneApp(t *testing.T) {
	r := rulesThat(stopAt("passive"))
	a := signIn(t, browser(t, ruledNode(t, embedded(t), r)), "alice")
	for _, prompt := range []string{"none", "", "consent"} {
		got := a.Authorize(request("passive", "prompt", prompt))
		if prompt == "consent" {
			got = a.Consent("allow")
		}
		refusedAs(t, got, silent.RuleDenied)
	}
	refusedAs(t, typeIn(t, a, "passive", "alice"), silent.RuleDenied)
	granted(t, a.Authorize(quiet("every"))) // the session is as it was
	for types := range responseTypes {
		for _, mode := range modes {
			if mode == "query" && types != "code" {
				continue
			}
			r.from(stopAt("every"))
			refusedAs(t, a.Authorize(quiet("every", "response_type", types, "response_mode", mode)), silent.RuleDenied)
		}
	}
}

// TestStoppedStepUp leaves the session as it was, and not raised.
func TestStoppedStepUp(t *testing.T) {
	r := rulesThat(nil)
	p := node(t, embedded(t), func(o *provider.Options) { steps(o); o.Rules = r })
	a := signIn(t, browser(t, p), "alice")
	before := handleOf(t, a)
	r.from(func(*rules.Input) (rules.Verdict, error) { return deny("no") })
	a.Authorize(request("every", "acr_values", "silver"))
	refusedAs(t, a.SignIn("alice", "wonderland"), silent.RuleDenied)
	if handleOf(t, a) != before {
		t.Error("the secret was renewed")
	}
	r.from(pass)
	granted(t, a.Authorize(quiet("every")))
	refusedAs(t, a.Authorize(quiet("every", "acr_values", "silver")), silent.StepUpRequired)
}

// TestSilentRefusals of rules, each with the error that apps know.
func TestSilentRefusals(t *testing.T) {
	r := rulesThat(nil)
	p := ruledNode(t, embedded(t), r)
	a := signIn(t, browser(t, p), "alice")
	for reason, say := range map[silent.Reason]func(*rules.Input) (rules.Verdict, error){
		silent.RuleDenied:      func(*rules.Input) (rules.Verdict, error) { return deny("no") },
		silent.RuleFailed:      func(*rules.Input) (rules.Verdict, error) { return fail() },
		silent.RuleMultifactor: func(*rules.Input) (rules.Verdict, error) { return rules.Verdict{Multifactor: true}, nil },
		silent.RuleRedirect: func(*rules.Input) (rules.Verdict, error) {
			return rules.Verdict{Redirect: "https://elsewhere.test/"}, nil
		},
	} {
		r.from(say)
		got := a.Authorize(quiet("every"))
		refusedAs(t, got, reason)
		if reason == silent.RuleMultifactor && got.Answer.Params["error_description"] != "Multifactor authentication required" {
			t.Errorf("the app is told %v", got.Answer.Params)
		}
		framed := a.Copy(t) // in a frame nobody is asked anything either
		framed.SetHeader("Sec-Fetch-Dest", "iframe")
		framed.SetHeader("Referer", "https://app.every.test/")
		refusedAs(t, framed.Authorize(request("every")), reason)
	}
}

// TestRulesRunOnce a request: a sign-in and what it answers are one.
func TestRulesRunOnce(t *testing.T) {
	r := rulesThat(nil)
	p := ruledNode(t, embedded(t), r)
	a := browser(t, p)
	for name, do := range map[string]func(){
		"signing in": func() { signIn(t, a, "alice") },
		"silently":   func() { granted(t, a.Authorize(quiet("every"))) },
	} {
		if name == "silently" && a.Cookie(ssoCookie) == "" {
			signIn(t, a, "alice")
		}
		if asked := r.during(do); len(asked) != 1 {
			t.Errorf("%s: the rules ran %d times", name, len(asked))
		}
	}
	first := r.during(func() { typeIn(t, a, "every", "alice") })
	later := r.during(func() { a.Authorize(quiet("every")) })
	if len(first) != 1 || len(later) != 1 || first[0].Context.SessionID == "" || first[0].Context.SessionID != later[0].Context.SessionID {
		t.Errorf("sessions %+v and %+v", first, later)
	}
	other := r.during(func() { typeIn(t, browser(t, p), "every", "alice") })
	if other[0].Context.SessionID == later[0].Context.SessionID || other[0].Context.SessionID == "" {
		t.Error("a new session has the id of another one")
	}
}
