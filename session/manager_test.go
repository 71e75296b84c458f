package session_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/session"
)

// each runs a test over a manager on the embedded and on a real Redis.
func each(t *testing.T, f func(t *testing.T, m *session.Manager, kit redistest.Kit)) {
	redistest.Each(t, func(t *testing.T, s *redisstore.Store, kit redistest.Kit) {
		f(t, session.NewManager(s, s, session.Policy{Limits: session.Limits{Idle: time.Hour, Lifetime: 3 * time.Hour}}), kit)
	})
}

// signIn is what the sign-in form does.
func signIn(t *testing.T, m *session.Manager, user string, current session.Handle) session.Handle {
	t.Helper()
	gen, err := m.Generation(t.Context(), user)
	if err != nil {
		t.Fatal(err)
	}
	h, err := m.Start(t.Context(), session.SignIn{
		UserID: user, Generation: gen, ACR: "1", AMR: []string{"pwd"}, Group: "default", Current: current,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Activate(t.Context(), h.Key); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Participate(t.Context(), h.Key, "app", oauth.NewGrants("", []string{"openid"})); err != nil {
		t.Fatal(err)
	}
	return h
}

// state resolves and returns the session, or why there is none.
func state(t *testing.T, m *session.Manager, h session.Handle) (session.Session, session.Absence) {
	t.Helper()
	s, _, err := m.Resolve(t.Context(), session.Query{Handle: h, ClientID: "app", Activity: true})
	var why session.Absence
	if err != nil && !errors.As(err, &why) {
		t.Fatal(err)
	}
	return s, why
}

func TestPendingIsNoSession(t *testing.T) {
	each(t, func(t *testing.T, m *session.Manager, _ redistest.Kit) {
		h, err := m.Start(t.Context(), session.SignIn{UserID: "alice", Group: "default"})
		if err != nil {
			t.Fatal(err)
		}
		if _, why := state(t, m, h); why != session.Pending {
			t.Errorf("before Activate: %q", why)
		}
		if _, err := m.Participate(t.Context(), h.Key, "app", oauth.NewGrants("", []string{"openid"})); err == nil {
			t.Error("an app takes part in a pending session")
		}
		if err := m.Activate(t.Context(), h.Key); err != nil {
			t.Fatal(err)
		}
		if s, why := state(t, m, h); why != "" || s.UserID != "alice" {
			t.Errorf("after Activate: %+v, %q", s, why)
		}
	})
}

func TestSignInAgain(t *testing.T) {
	each(t, func(t *testing.T, m *session.Manager, kit redistest.Kit) {
		first := signIn(t, m, "alice", session.Handle{})
		before, _ := state(t, m, first)
		if err := kit.Age(t.Context(), first.Key, time.Minute); err != nil {
			t.Fatal(err)
		}
		second := signIn(t, m, "alice", first)
		if second.Key != first.Key || second.Secret == first.Secret {
			t.Error("the same user's session must go on with a new secret")
		}
		after, _ := state(t, m, second)
		if after.SID != before.SID || !after.TookPart || !after.AuthTime.After(before.AuthTime.Add(-time.Minute)) {
			t.Errorf("before %+v, after %+v", before, after)
		}
		if after.Expires.After(before.Expires) {
			t.Error("the absolute expiry moved")
		}
		if _, why := state(t, m, first); why != "" {
			t.Errorf("a request in flight with the old secret: %q", why)
		}
		if err := kit.Age(t.Context(), first.Key, 16*time.Second); err != nil {
			t.Fatal(err)
		}
		if _, why := state(t, m, first); why != session.Superseded {
			t.Errorf("the old secret after its grace: %q", why)
		}
		if _, why := state(t, m, second); why != "" {
			t.Errorf("the new secret: %q", why)
		}
	})
}

func TestAnotherUserIsLeftAlone(t *testing.T) {
	each(t, func(t *testing.T, m *session.Manager, _ redistest.Kit) {
		alice := signIn(t, m, "alice", session.Handle{})
		bob := signIn(t, m, "bob", alice)
		if bob.Key == alice.Key {
			t.Error("a session changed its user")
		}
		if s, why := state(t, m, alice); why != "" || s.UserID != "alice" {
			t.Errorf("alice: %+v, %q", s, why)
		}
		if s, why := state(t, m, bob); why != "" || s.UserID != "bob" {
			t.Errorf("bob: %+v, %q", s, why)
		}
	})
}

// TestFixation: whatever handle the browser brings, it is not the session's
// afterwards.
func TestFixation(t *testing.T) {
	each(t, func(t *testing.T, m *session.Manager, _ redistest.Kit) {
		attacker := signIn(t, m, "mallory", session.Handle{})
		forged := session.Handle{Key: session.Key{1, 2, 3}, Secret: session.Secret{4}}
		stolenKey := session.Handle{Key: attacker.Key, Secret: session.Secret{9}}
		for name, planted := range map[string]session.Handle{"live": attacker, "forged": forged, "known key": stolenKey} {
			h := signIn(t, m, "alice", planted)
			if h.Key == planted.Key || h.Secret == planted.Secret {
				t.Errorf("%s: the planted handle went on", name)
			}
			if s, why := state(t, m, planted); why == "" && s.UserID == "alice" {
				t.Errorf("%s: the planted handle opens alice's session", name)
			}
		}
	})
}

func TestEnd(t *testing.T) {
	each(t, func(t *testing.T, m *session.Manager, _ redistest.Kit) {
		h := signIn(t, m, "alice", session.Handle{})
		if _, err := m.End(t.Context(), h.Key, session.Idle); err == nil {
			t.Error("idling out is not a way to end a session")
		}
		if _, err := m.End(t.Context(), h.Key, session.SignedOut); err != nil {
			t.Fatal(err)
		}
		if _, err := m.End(t.Context(), h.Key, session.Revoked); err != nil {
			t.Errorf("ending twice: %v", err)
		}
		if _, why := state(t, m, h); why != session.SignedOut {
			t.Errorf("the first reason must stand: %q", why)
		}
		if err := m.Activate(t.Context(), h.Key); err == nil {
			t.Error("a tombstone came back")
		}
	})
}

// TestEndUserCatchesSignIns: sessions that exist, and sign-ins that read the
// generation before, are all over; a sign-in that begins after is not.
func TestEndUserCatchesSignIns(t *testing.T) {
	each(t, func(t *testing.T, m *session.Manager, _ redistest.Kit) {
		phone, laptop := signIn(t, m, "alice", session.Handle{}), signIn(t, m, "alice", session.Handle{})
		other := signIn(t, m, "bob", session.Handle{})
		gen, err := m.Generation(t.Context(), "alice")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.EndUser(t.Context(), "alice", session.Revoked, nil); err != nil {
			t.Fatal(err)
		}
		for _, h := range []session.Handle{phone, laptop} {
			if _, why := state(t, m, h); why != session.Revoked {
				t.Errorf("after EndUser: %q", why)
			}
		}
		if _, err := m.Start(t.Context(), session.SignIn{UserID: "alice", Generation: gen, Group: "default"}); err == nil {
			t.Error("a sign-in that began before EndUser survived it")
		}
		if _, why := state(t, m, other); why != "" {
			t.Errorf("another user: %q", why)
		}
		if _, why := state(t, m, signIn(t, m, "alice", session.Handle{})); why != "" {
			t.Errorf("a later sign-in: %q", why)
		}
	})
}

// TestEndUserRacesSignIns: whatever the order, a sign-in that read the
// generation before EndUser began has no live session once both are done.
func TestEndUserRacesSignIns(t *testing.T) {
	each(t, func(t *testing.T, m *session.Manager, _ redistest.Kit) {
		for range 20 {
			gen, err := m.Generation(t.Context(), "alice")
			if err != nil {
				t.Fatal(err)
			}
			var wg sync.WaitGroup
			handles := make([]session.Handle, 4)
			for i := range handles {
				wg.Go(func() {
					h, err := m.Start(context.Background(), session.SignIn{UserID: "alice", Generation: gen, Group: "default"})
					if err == nil && m.Activate(context.Background(), h.Key) == nil {
						handles[i] = h
					}
				})
			}
			wg.Go(func() {
				if _, err := m.EndUser(context.Background(), "alice", session.Revoked, nil); err != nil {
					t.Error(err)
				}
			})
			wg.Wait()
			for _, h := range handles {
				if h.IsZero() {
					continue
				}
				if _, why := state(t, m, h); why == "" {
					t.Fatal("a session outlived EndUser")
				}
			}
		}
	})
}

func TestHandle(t *testing.T) {
	h := session.Handle{Key: session.Key{1, 2, 3}, Secret: session.Secret{4, 5, 6}}
	back, err := session.ParseHandle(h.String())
	if err != nil || back != h {
		t.Errorf("ParseHandle = %v, %v", back, err)
	}
	for _, bad := range []string{"", "x", h.String() + "A", h.String()[:63], h.String()[:63] + "=", h.String()[:63] + "*"} {
		if _, err := session.ParseHandle(bad); err == nil {
			t.Errorf("%q is a handle", bad)
		}
	}
}
