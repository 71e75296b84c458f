package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/silent"
)

// policed is a node with a session policy of its own.
func policed(t *testing.T, s *redisstore.Store, p session.Policy) *provider.Provider {
	return node(t, s, func(o *provider.Options) {
		refreshers(o)
		o.Session = p
	})
}

// TestFull: a user who has all the sessions that one may have is refused, or the
// oldest makes room and its apps learn why.
func TestFull(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		p := policed(t, store, session.Policy{MaxPerUser: 2})
		oldest := signIn(t, browser(t, p), "alice")
		age(t, store, oldest, time.Hour)
		had := everything(t, oldest, "spa")
		second, other := signIn(t, browser(t, p), "alice"), signIn(t, browser(t, p), "bob")
		signIn(t, second, "alice") // again, in its own place
		silently(t, oldest, "")
		third := signIn(t, browser(t, p), "alice")
		silently(t, oldest, silent.SessionDisplaced)
		had.over(t, oldest)
		for _, a := range []*hushtest.Agent{second, third, other} {
			silently(t, a, "")
		}

		strict := policed(t, store, session.Policy{MaxPerUser: 2, WhenFull: session.RefuseNew})
		a := browser(t, strict)
		a.Authorize(request("every"))
		for range 2 {
			r := a.SignIn("alice", "wonderland")
			isPage(t, r, http.StatusForbidden)
			if !strings.Contains(r.Body, "as many browsers as one account may be") || a.Cookie(ssoCookie) != "" {
				t.Errorf("cookies %v\n%s", a.Cookies(), r.Body)
			}
		}
		isPage(t, a.SignIn("alice", "wrong"), http.StatusUnauthorized) // who guesses learns nothing of it
		silently(t, third, "")
		third.Get("v2/logout")
		granted(t, a.SignIn("alice", "wonderland"))
		silently(t, second, "")
	})
}

// TestLoweredLimits hold on every way at once, for sessions of before.
func TestLoweredLimits(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		p := policed(t, store, session.Policy{})
		for name, c := range map[string]struct {
			policy session.Policy
			age    time.Duration
			want   silent.Reason
		}{
			"in time":  {session.Policy{Limits: session.Limits{Idle: 8 * time.Hour}}, 7 * time.Hour, ""},
			"idle":     {session.Policy{Limits: session.Limits{Idle: 8 * time.Hour}}, 9 * time.Hour, silent.SessionIdle},
			"lifetime": {session.Policy{Limits: session.Limits{Lifetime: 8 * time.Hour}}, 9 * time.Hour, silent.SessionExpired},
			"raised":   {session.Policy{Limits: session.Limits{Idle: 100 * time.Hour, Lifetime: 1000 * time.Hour}}, 72*time.Hour + time.Minute, silent.SessionIdle},
			"group": {session.Policy{Groups: map[string]session.GroupPolicy{"default": {Limits: session.Limits{Idle: 8 * time.Hour}}}},
				9 * time.Hour, silent.SessionIdle},
			"another group": {session.Policy{Groups: map[string]session.GroupPolicy{"island": {Limits: session.Limits{Idle: 8 * time.Hour}}}},
				9 * time.Hour, ""},
		} {
			t.Run(name, func(t *testing.T) {
				a := signIn(t, browser(t, p), "alice")
				had := everything(t, a, "spa")
				age(t, store, a, c.age)
				low := a.Through(hushtest.Direct(policed(t, store, c.policy).Public))
				if c.want == "" {
					had.lives(t, low)
				} else {
					had.over(t, low)
				}
				silently(t, low, c.want)
			})
		}
	})
}
