package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/internal/rules"
	"github.com/hush-sso/hush/silent"
)

// sendAway sends everybody elsewhere who does not come back from there with ok=yes.
func sendAway(in *rules.Input) (rules.Verdict, error) {
	if c := in.Context; c.Protocol == rules.ProtocolRedirect {
		if c.Request.Query["ok"] == "yes" || c.Request.Body["ok"] == "yes" {
			return rules.Verdict{}, nil
		}
		return deny("Not accepted.")
	}
	return rules.Verdict{Redirect: "https://terms.test/form?lang=en", Rule: "terms.js"}, nil
}

// stateOf is the state with which a browser was sent to the page of a rule.
func stateOf(t testing.TB, r *hushtest.Reply) string {
	t.Helper()
	to := r.Header.Get("Location")
	state, ok := strings.CutPrefix(to, "https://terms.test/form?lang=en&state=")
	if !ok || state == "" || r.Answer != nil {
		t.Fatalf("not sent away but status %d, to %q, answer %+v\n%.300s", r.Status, to, r.Answer, r.Body)
	}
	return state
}

func comeBack(a *hushtest.Agent, state string) *hushtest.Reply {
	return a.Get("continue?ok=yes&state=" + state)
}

// TestAway signs in over a page of somebody else: there is no session before the
// rules passed, and the app gets its answer then.
func TestAway(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		r := rulesThat(sendAway)
		a := browser(t, ruledNode(t, store, r))
		sent := typeIn(t, a, "every", "alice")
		state := stateOf(t, sent)
		if a.Cookie(ssoCookie) != "" {
			t.Error("a session")
		}
		refusedAs(t, a.Authorize(quiet("every")), silent.NoSession)
		asked := r.during(func() { granted(t, comeBack(a, state)) })
		if len(asked) != 1 || asked[0].Context.Protocol != rules.ProtocolRedirect || asked[0].Context.Request.Query["state"] != state {
			t.Errorf("asked %+v", asked)
		}
		refusedAs(t, a.Authorize(quiet("every")), silent.RuleRedirect)

		// With the session that there is now, and back by POST from another site.
		again := a.Authorize(request("passive"))
		state = stateOf(t, again)
		if again.Status != http.StatusSeeOther {
			t.Errorf("status %d", again.Status)
		}
		a.SetHeader("Sec-Fetch-Site", "cross-site")
		a.SetHeader("Origin", "https://terms.test")
		got := granted(t, a.Post("continue?state="+state, url.Values{"ok": {"yes"}}))
		if got["state"] != "s-1" || got["code"] == "" {
			t.Errorf("answer %v", got)
		}
	})
}

// TestAwayIsRefused: on the way back the rules have the last word, and a second way
// out is none.
func TestAwayIsRefused(t *testing.T) {
	r := rulesThat(sendAway)
	p := ruledNode(t, embedded(t), r)
	a := browser(t, p)
	refusedAs(t, a.Get("continue?ok=no&state="+stateOf(t, typeIn(t, a, "every", "alice"))), silent.RuleDenied)
	state := stateOf(t, typeIn(t, a, "every", "alice"))
	r.from(func(*rules.Input) (rules.Verdict, error) {
		return rules.Verdict{Redirect: "https://terms.test/form", Rule: "terms.js"}, nil
	})
	refusedAs(t, comeBack(a, state), silent.RuleFailed)
	for _, to := range []string{"/relative", "javascript:alert(1)", "https:///nowhere", "ftp://terms.test/", "https://terms.test/" + strings.Repeat("x", 4096)} {
		r.from(func(*rules.Input) (rules.Verdict, error) { return rules.Verdict{Redirect: to, Rule: "terms.js"}, nil })
		refusedAs(t, typeIn(t, a, "every", "alice"), silent.RuleFailed)
	}
	r.from(pass)
	if a.Cookie(ssoCookie) != "" {
		t.Error("there is a session")
	}
	refusedAs(t, a.Authorize(quiet("every")), silent.NoSession)
}

// TestStateIsGoodOnce, in the browser that left, and for what it left with.
func TestStateIsGoodOnce(t *testing.T) {
	store := embedded(t)
	r := rulesThat(sendAway)
	p := ruledNode(t, store, r)
	left := func() (*hushtest.Agent, string) {
		a := browser(t, p)
		return a, stateOf(t, typeIn(t, a, "every", "alice"))
	}
	t.Run("another browser", func(t *testing.T) {
		a, state := left()
		thief := browser(t, p)
		page := comeBack(thief, state)
		if isPage(t, page, http.StatusForbidden); !strings.Contains(page.Body, "does not belong to a sign-in") {
			t.Errorf("the page says\n%s", page.Body)
		}
		thief.Authorize(request("every")) // now with a form cookie of its own
		isPage(t, comeBack(thief, state), http.StatusForbidden)
		if thief.Cookie(ssoCookie) != "" {
			t.Error("somebody else is signed in")
		}
		granted(t, comeBack(a, state)) // it was not used up by that
	})
	t.Run("twice", func(t *testing.T) {
		a, state := left()
		granted(t, comeBack(a, state))
		a.Get("v2/logout")
		if again := comeBack(a, state); again.Answer != nil || again.Form == nil {
			t.Errorf("the state was good again: %+v", again.Answer)
		}
		refusedAs(t, a.Authorize(quiet("every")), silent.SignedOut)
	})
	t.Run("after a day", func(t *testing.T) {
		a, state := left()
		aged(t, store, state)
		isPage(t, comeBack(a, state), http.StatusBadRequest)
	})
	t.Run("made up", func(t *testing.T) {
		a, state := left()
		for _, text := range []string{"", "x", strings.Repeat("A", len(state)), state + "A", state[1:] + "*"} {
			isPage(t, comeBack(a, url.QueryEscape(text)), http.StatusBadRequest)
		}
	})
	t.Run("after signing out everywhere", func(t *testing.T) {
		a, state := left()
		if _, err := p.Sessions.EndUser(t.Context(), "alice", "revoked", nil); err != nil {
			t.Fatal(err)
		}
		if back := comeBack(a, state); back.Answer != nil || a.Cookie(ssoCookie) != "" {
			t.Errorf("signed in all the same: %+v", back.Answer)
		}
	})
	t.Run("after signing out", func(t *testing.T) {
		a, state := left()
		granted(t, comeBack(a, state))
		state = stateOf(t, a.Authorize(request("passive")))
		a.Get("v2/logout")
		if back := comeBack(a, state); back.Answer != nil || back.Form == nil {
			t.Errorf("the state brought an answer: %+v", back.Answer)
		}
		refusedAs(t, a.Authorize(quiet("every")), silent.SignedOut)
	})
	t.Run("in a frame", func(t *testing.T) {
		a, state := left()
		framed := a.Copy(t)
		framed.SetHeader("Sec-Fetch-Dest", "iframe")
		isPage(t, comeBack(framed, state), http.StatusForbidden)
	})
	t.Run("as a form", func(t *testing.T) {
		a, state := left()
		isPage(t, a.Get("login?request="+state), http.StatusBadRequest)
	})
}

// aged takes away what waits, as its time does.
func aged(t *testing.T, s *redisstore.Store, state string) {
	t.Helper()
	key := "hush:{p:" + state + "}:ruled"
	ttl := s.Client().PTTL(t.Context(), key).Val()
	if ttl <= 0 || ttl.Minutes() > 15 {
		t.Errorf("a sign-in waits for %v", ttl)
	}
	if s.Client().Del(t.Context(), key).Val() != 1 {
		t.Fatal("nothing waits")
	}
}

// TestAwayFromAForm of another site: such come without the cookie that a state is
// bound to, so a page of ours comes first.
func TestAwayFromAForm(t *testing.T) {
	r := rulesThat(nil)
	a := signIn(t, browser(t, ruledNode(t, embedded(t), r)), "alice")
	r.from(sendAway)
	poster := a.Copy(t)
	poster.SetHeader("Sec-Fetch-Site", "cross-site")
	poster.SetHeader("Origin", "https://app.every.test")
	poster.Expect("every", redirectOf("every"))
	state := stateOf(t, poster.Post("authorize", request("every")))
	granted(t, comeBack(a.Copy(t), state))
}

// TestAwayNotForTheApp: coming back answers the request that left, whatever the
// browser does meanwhile.
func TestAwayNotForTheApp(t *testing.T) {
	r := rulesThat(nil)
	p := ruledNode(t, embedded(t), r)
	a := signIn(t, signIn(t, browser(t, p), "alice"), "bob")
	r.from(sendAway)
	state := stateOf(t, a.Authorize(request("every", "state", "bobs")))
	r.from(func(in *rules.Input) (rules.Verdict, error) {
		if in.Context.Protocol == rules.ProtocolRedirect && in.User.UserID != "bob" {
			return deny("another user comes back")
		}
		return sendAway(in)
	})
	// Meanwhile another tab signs in as Alice, for the same app.
	other := stateOf(t, typeIn(t, a, "every", "alice"))
	r.from(sendAway)
	granted(t, comeBack(a, other))
	asked := r.during(func() {
		a.Expect("every", redirectOf("every"))
		if got := granted(t, comeBack(a, state)); got["state"] != "bobs" {
			t.Errorf("answer %v", got)
		}
	})
	if len(asked) != 1 || asked[0].User.UserID != "bob" {
		t.Errorf("asked about %+v", asked)
	}
}

// TestStateRace: of several who come back at once one does.
func TestStateRace(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		a := browser(t, ruledNode(t, store, rulesThat(sendAway)))
		state := stateOf(t, typeIn(t, a, "every", "alice"))
		got := make(chan *hushtest.Reply)
		for range 8 {
			tab := a.Copy(t)
			go func() { got <- comeBack(tab, state) }()
		}
		answered := 0
		for range 8 {
			if r := <-got; r.Answer != nil && r.Answer.Params["code"] != "" {
				answered++
			}
		}
		if answered != 1 {
			t.Errorf("%d of 8 got a code", answered)
		}
	})
}
