package session_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/session"
)

// keep returns an OnEnd that notes what it is told.
func keep(told *[]session.Ended) func(context.Context, session.Ended) error {
	return func(_ context.Context, e session.Ended) error {
		*told = append(*told, e)
		return nil
	}
}

// TestOnEnd is told when nothing is issued any more and before the caller is, and
// again if it failed.
func TestOnEnd(t *testing.T) {
	each(t, func(t *testing.T, m *session.Manager, _ redistest.Kit) {
		h := signIn(t, m, "alice", session.Handle{})
		s, _ := state(t, m, h)
		full, calls := errors.New("the queue is full"), 0
		m.OnEnd = func(_ context.Context, e session.Ended) error {
			calls++
			if _, why := state(t, m, h); why != session.SignedOut {
				t.Errorf("told while the session is %q", why)
			}
			if e.SID != s.SID || e.UserID != "alice" || e.Group != "default" || e.Key != h.Key || !slices.Equal(e.Clients, []string{"app"}) {
				t.Errorf("told of %+v", e)
			}
			if calls == 1 {
				return full
			}
			return nil
		}
		if _, err := m.End(t.Context(), h.Key, session.SignedOut); !errors.Is(err, full) {
			t.Errorf("the first time: %v", err)
		}
		if list, _, err := m.Sessions(t.Context(), "alice", session.Page{}); err != nil || len(list) != 1 {
			t.Errorf("not told, and off the list: %v, %v", list, err)
		}
		// Signing out everywhere finds what was not finished.
		ended, err := m.EndUser(t.Context(), "alice", session.Revoked, nil)
		if err != nil || len(ended) != 1 || ended[0].SID != s.SID || calls != 2 {
			t.Errorf("the second time: %+v, %v, %d calls", ended, err, calls)
		}
		if list, _, err := m.Sessions(t.Context(), "alice", session.Page{}); err != nil || len(list) != 0 {
			t.Errorf("still listed: %v, %v", list, err)
		}
		if e, err := m.End(t.Context(), session.Key{9}, session.SignedOut); e.UserID != "" || err != nil || calls != 2 {
			t.Errorf("ended nothing: %+v, %v, %d calls", e, err, calls)
		}
	})
}

// TestEndOthers: all sessions of a user but the one in which that was asked for.
func TestEndOthers(t *testing.T) {
	each(t, func(t *testing.T, m *session.Manager, _ redistest.Kit) {
		own := signIn(t, m, "alice", session.Handle{})
		others := []session.Handle{signIn(t, m, "alice", session.Handle{}), signIn(t, m, "alice", session.Handle{})}
		bob := signIn(t, m, "bob", session.Handle{})
		gen, err := m.Generation(t.Context(), "alice")
		if err != nil {
			t.Fatal(err)
		}
		ended, err := m.EndUser(t.Context(), "alice", session.PasswordChanged, func(l session.Listed) bool { return l.Key == own.Key })
		if err != nil || len(ended) != 2 {
			t.Errorf("ended %+v, %v", ended, err)
		}
		for _, h := range others {
			if _, why := state(t, m, h); why != session.PasswordChanged {
				t.Errorf("another one of hers: %q", why)
			}
		}
		for _, h := range []session.Handle{own, bob} {
			if _, why := state(t, m, h); why != "" {
				t.Errorf("kept: %q", why)
			}
		}
		if _, err := m.Start(t.Context(), session.SignIn{UserID: "alice", Generation: gen}); !errors.Is(err, session.Revoked) {
			t.Errorf("a sign-in that was under way: %v", err)
		}
	})
}

// TestSessions: a user's sessions in parts, and one by its key.
func TestSessions(t *testing.T) {
	each(t, func(t *testing.T, m *session.Manager, kit redistest.Kit) {
		seen := map[session.Key]bool{}
		for range 7 {
			h := begin(t, m, session.SignIn{UserID: "alice", Device: "Safari on iPhone"})
			age(t, kit, h, 10)
			seen[h.Key] = false
		}
		begin(t, m, session.SignIn{UserID: "bob"})
		after := ""
		for range 4 {
			part, next, err := m.Sessions(t.Context(), "alice", session.Page{After: after, Limit: 2})
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range part {
				if was, hers := seen[l.Key]; was || !hers || l.Device != "Safari on iPhone" || len(l.Apps) != 1 || l.State != "" {
					t.Errorf("listed %+v", l)
				}
				seen[l.Key] = true
				if one, err := m.Describe(t.Context(), l.Key); err != nil || one.SID != l.SID || one.Device != l.Device {
					t.Errorf("described as %+v, %v", one, err)
				}
			}
			after = next
		}
		if after != "" {
			t.Error("more than seven")
		}
		for key, listed := range seen {
			if !listed {
				t.Errorf("%s is missing", key)
			}
		}
		if one, err := m.Describe(t.Context(), session.Key{1}); err != nil || one.State != session.Gone {
			t.Errorf("what never was: %+v, %v", one, err)
		}
	})
}
