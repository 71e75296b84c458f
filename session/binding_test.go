package session_test

import (
	"errors"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/session"
)

var scope = session.Scope{ClientID: "app", Site: "https://shop.test"}

// bind plants a binding for app.
func bind(t *testing.T, m *session.Manager, h session.Handle) session.Handle {
	t.Helper()
	bound, _, err := m.Bind(t.Context(), h.Key, session.Binding{Scope: scope, Life: time.Hour})
	if err != nil || bound.Key != h.Key || bound.Secret == h.Secret {
		t.Fatalf("bound %v, error %v", bound.Key == h.Key, err)
	}
	return bound
}

// opened is what a binding opens on a node.
func opened(t *testing.T, m *session.Manager, bound session.Handle) error {
	t.Helper()
	s, _, err := m.Resolve(t.Context(), session.Query{Handle: bound, ClientID: "app", Scope: scope})
	if err == nil && s.UserID == "" {
		t.Fatal("a session of nobody")
	}
	return err
}

// TestBindingEndsOnEveryNode: whatever ends a session ends its bindings, on a node
// that just used one, and no new one is made.
func TestBindingEndsOnEveryNode(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redisstore.Store, _ redistest.Kit) {
		one, _ := node(s)
		two, _ := node(s)
		for name, c := range map[string]struct {
			end func(h session.Handle) error
			why error
		}{
			"sign-out": {func(h session.Handle) error { _, err := one.End(t.Context(), h.Key, session.SignedOut); return err }, session.SignedOut},
			"everything of a user": {func(session.Handle) error {
				_, err := one.EndUser(t.Context(), "alice", session.UserDisabled, nil)
				return err
			}, session.UserDisabled},
			"consent taken back":   {func(session.Handle) error { _, err := one.WithdrawAll(t.Context(), "alice", "app"); return err }, session.Superseded},
			"the mark of an app":   {func(session.Handle) error { return one.EndClient(t.Context(), "app") }, session.Revoked},
			"the mark of everyone": {func(session.Handle) error { return one.EndEveryone(t.Context()) }, session.Revoked},
		} {
			t.Run(name, func(t *testing.T) {
				h := signIn(t, one, "alice", session.Handle{})
				bound := bind(t, two, h)
				if err := errors.Join(opened(t, one, bound), opened(t, two, bound)); err != nil {
					t.Fatal(err)
				}
				if err := c.end(h); err != nil {
					t.Fatal(err)
				}
				for _, m := range []*session.Manager{one, two} {
					if err := opened(t, m, bound); !errors.Is(err, c.why) {
						t.Errorf("it opens %v, want %v", err, c.why)
					}
					if again, _, err := m.Bind(t.Context(), h.Key, session.Binding{Scope: scope}); err == nil || !again.IsZero() {
						t.Errorf("another one was made: %v", err)
					}
				}
			})
		}
	})
}

func TestBindingNeedsAScope(t *testing.T) {
	each(t, func(t *testing.T, m *session.Manager, _ redistest.Kit) {
		h := signIn(t, m, "alice", session.Handle{})
		for _, wrong := range []session.Scope{
			{}, {ClientID: "app"}, {Site: "https://shop.test"}, {ClientID: "app", Host: "login.shop.test"},
			{ClientID: "app", Site: "https://shop.test", Host: "login.shop.test"}, {Host: "a\tb"},
			{ClientID: "app", Site: "https://shop.test\nmore"},
		} {
			if bound, _, err := m.Bind(t.Context(), h.Key, session.Binding{Scope: wrong}); err == nil || !bound.IsZero() {
				t.Errorf("%+v is a scope", wrong)
			}
		}
		fresh := session.Binding{Scope: scope, FreshFor: time.Hour}
		if bound, _, err := m.Bind(t.Context(), h.Key, fresh); err != nil || bound.IsZero() {
			t.Errorf("the first: %v", err)
		}
		if bound, _, err := m.Bind(t.Context(), h.Key, fresh); err != nil || !bound.IsZero() {
			t.Errorf("beside a fresh one: %v", err)
		}
	})
}
