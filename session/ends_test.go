package session_test

import (
	"errors"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/session"
)

// TestSignInThatEnds: a sign-in which is good for less caps its session, new or not,
// and no use, sign-in or limit makes that later again.
func TestSignInThatEnds(t *testing.T) {
	p := session.Policy{
		Limits:   session.Limits{Idle: time.Hour, Lifetime: 3 * time.Hour},
		Remember: &session.Limits{Idle: day, Lifetime: 9 * day},
	}
	policed(t, func(t *testing.T, under func(session.Policy) *session.Manager, kit redistest.Kit) {
		m := under(p)
		soon := func() session.SignIn {
			return session.SignIn{UserID: "alice", Group: "default", Ends: time.Now().Add(20 * time.Minute)}
		}
		left := func(h session.Handle) time.Duration {
			s, now, err := m.Resolve(t.Context(), session.Query{Handle: h, ClientID: "app", Activity: true})
			if err != nil {
				t.Fatal(err)
			}
			return s.Expires.Sub(now)
		}
		fresh := begin(t, m, soon())
		if d := left(fresh); d > 20*time.Minute || d < 19*time.Minute {
			t.Errorf("a new session lives %v", d)
		}
		kept := soon()
		kept.Remember = true
		if d := left(begin(t, m, kept)); d > 20*time.Minute {
			t.Errorf("a remembered one lives %v", d)
		}
		longer := begin(t, m, session.SignIn{UserID: "alice", Group: "default"})
		again := kept
		again.Current = longer
		capped := begin(t, m, again)
		if d := left(capped); capped.Key != longer.Key || d > 20*time.Minute {
			t.Errorf("one that went on lives %v", d)
		}
		if d := left(begin(t, m, session.SignIn{UserID: "alice", Group: "default", Current: capped})); d > 20*time.Minute {
			t.Errorf("after a sign-in without an end it lives %v", d)
		}
		age(t, kit, fresh, 21*time.Minute)
		if _, why := state(t, m, fresh); why != session.Expired {
			t.Errorf("after its end: %q", why)
		}
		for _, ends := range []time.Time{time.Now(), time.Now().Add(-time.Hour)} {
			if _, err := m.Start(t.Context(), session.SignIn{UserID: "alice", Group: "default", Ends: ends}); !errors.Is(err, session.Expired) {
				t.Errorf("a sign-in that is over: %v", err)
			}
		}
	})
}
