package session_test

import (
	"errors"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/session"
)

const day = 24 * time.Hour

// policed runs a test over both stores, with managers of any policy over each.
func policed(t *testing.T, f func(t *testing.T, under func(session.Policy) *session.Manager, kit redistest.Kit)) {
	redistest.Each(t, func(t *testing.T, s *redisstore.Store, kit redistest.Kit) {
		f(t, func(p session.Policy) *session.Manager {
			l := s.Limited(p)
			return session.NewManager(l, l, p)
		}, kit)
	})
}

// begin signs a user in and uses the session once.
func begin(t *testing.T, m *session.Manager, in session.SignIn) session.Handle {
	t.Helper()
	h, err := m.Start(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Activate(t.Context(), h.Key); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Participate(t.Context(), h.Key, "app", "\n openid\n"); err != nil {
		t.Fatal(err)
	}
	return h
}

func age(t *testing.T, kit redistest.Kit, h session.Handle, d time.Duration) {
	t.Helper()
	if err := kit.Age(t.Context(), h.Key, d); err != nil {
		t.Fatal(err)
	}
}

// TestPolicy: which pair of limits a session begins with and lives by.
func TestPolicy(t *testing.T) {
	p := session.Policy{
		Limits:   session.Limits{Idle: 2 * day, Lifetime: 6 * day},
		Remember: &session.Limits{Idle: 10 * day, Lifetime: 30 * day},
		Groups: map[string]session.GroupPolicy{
			"bank": {Limits: session.Limits{Idle: time.Hour}, Remember: &session.Limits{}},
			"shop": {Remember: &session.Limits{Idle: 20 * day, Lifetime: 60 * day}},
		},
	}
	policed(t, func(t *testing.T, under func(session.Policy) *session.Manager, kit redistest.Kit) {
		m := under(p)
		for _, c := range []struct {
			group    string
			remember bool
			can      bool
			idle     time.Duration
			lifetime time.Duration
		}{
			{"default", false, true, 2 * day, 6 * day},
			{"default", true, true, 10 * day, 30 * day},
			{"bank", false, false, time.Hour, 6 * day},
			{"bank", true, false, time.Hour, 6 * day}, // asked for all the same
			{"shop", false, true, 2 * day, 6 * day},
			{"shop", true, true, 20 * day, 60 * day},
		} {
			in := session.SignIn{UserID: "alice", Group: c.group, Remember: c.remember, Device: "Firefox on Linux", Credential: "v1"}
			if m.CanRemember(c.group) != c.can {
				t.Errorf("%+v: can remember is %v", c, !c.can)
			}
			h := begin(t, m, in)
			s, _ := state(t, m, h)
			if s.Expires.Sub(s.Created) != c.lifetime || s.Remembered != (c.remember && c.can) || s.Credential != "v1" {
				t.Errorf("%+v: %+v", c, s)
			}
			age(t, kit, h, c.idle-time.Minute)
			if _, why := state(t, m, h); why != "" {
				t.Errorf("%+v: used in time, and %q", c, why)
			}
			age(t, kit, h, c.idle+time.Minute)
			if _, why := state(t, m, h); why != session.Idle {
				t.Errorf("%+v: not used, and %q", c, why)
			}
			h = begin(t, m, in)
			left := c.lifetime
			for ; left > c.idle/2; left -= c.idle / 2 {
				age(t, kit, h, c.idle/2)
				if _, why := state(t, m, h); why != "" {
					t.Fatalf("%+v: used often, and %q", c, why)
				}
			}
			age(t, kit, h, left+time.Minute)
			if _, why := state(t, m, h); why != session.Expired {
				t.Errorf("%+v: at its end %q", c, why)
			}
		}
	})
}

// TestStillRemembered: what the user asks for at a later sign-in counts, and no
// sign-in prolongs a session beyond what its beginning allows.
func TestStillRemembered(t *testing.T) {
	p := session.Policy{Remember: &session.Limits{Idle: 14 * day, Lifetime: 30 * day}}
	policed(t, func(t *testing.T, under func(session.Policy) *session.Manager, kit redistest.Kit) {
		m := under(p)
		h := begin(t, m, session.SignIn{UserID: "alice"})
		for _, d := range []time.Duration{2 * day, 13 * day, 13 * day} {
			age(t, kit, h, d)
			next, err := m.Start(t.Context(), session.SignIn{UserID: "alice", Current: h, Remember: true})
			if err != nil || next.Key != h.Key {
				t.Fatalf("after %v: %v, another session: %v", d, err, next.Key != h.Key)
			}
			h = next
		}
		age(t, kit, h, 2*day-time.Minute)
		if _, why := state(t, m, h); why != "" {
			t.Errorf("before its 30 days are over: %q", why)
		}
		age(t, kit, h, 2*time.Minute)
		if _, why := state(t, m, h); why != session.Expired {
			t.Errorf("after its 30 days: %q", why)
		}
	})
}

// TestFull: the oldest sessions make room, or nobody gets in, and neither counts
// what is over.
func TestFull(t *testing.T) {
	policed(t, func(t *testing.T, under func(session.Policy) *session.Manager, kit redistest.Kit) {
		m := under(session.Policy{MaxPerUser: 2})
		var told []session.Ended
		m.OnEnd = keep(&told)
		alice := session.SignIn{UserID: "alice"}
		oldest := begin(t, m, alice)
		age(t, kit, oldest, 2*time.Hour)
		older := begin(t, m, alice)
		age(t, kit, older, time.Hour)
		begin(t, m, session.SignIn{UserID: "bob"})
		newest := begin(t, m, alice)
		if _, why := state(t, m, oldest); why != session.Displaced {
			t.Errorf("the oldest: %q", why)
		}
		for _, h := range []session.Handle{older, newest} {
			if _, why := state(t, m, h); why != "" {
				t.Errorf("another: %q", why)
			}
		}
		if len(told) != 1 || told[0].Key != oldest.Key {
			t.Errorf("told of %+v", told)
		}
		again := alice
		again.Current = older
		if h, err := m.Start(t.Context(), again); err != nil || h.Key != older.Key {
			t.Errorf("signing in again takes a place: %v", err)
		}

		strict := under(session.Policy{MaxPerUser: 2, WhenFull: session.RefuseNew})
		if _, err := strict.Start(t.Context(), alice); !errors.Is(err, session.ErrFull) {
			t.Errorf("a third session: %v", err)
		}
		age(t, kit, newest, 72*time.Hour+time.Minute) // idles out
		third := begin(t, strict, alice)
		if _, err := strict.Start(t.Context(), alice); !errors.Is(err, session.ErrFull) {
			t.Errorf("a third session that lives: %v", err)
		}
		if _, err := strict.End(t.Context(), third.Key, session.SignedOut); err != nil {
			t.Fatal(err)
		}
		begin(t, strict, alice)

		lowered := under(session.Policy{MaxPerUser: 1})
		last := begin(t, lowered, alice)
		listed, _, err := lowered.Sessions(t.Context(), "alice", session.Page{})
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range listed {
			if l.State == "" && l.Key != last.Key {
				t.Errorf("lowered to one, and %+v lives", l)
			}
		}
	})
}

// TestFullAndUnfinished: a sign-in that was not finished takes a place for as
// long as it can be.
func TestFullAndUnfinished(t *testing.T) {
	policed(t, func(t *testing.T, under func(session.Policy) *session.Manager, kit redistest.Kit) {
		m := under(session.Policy{MaxPerUser: 1, WhenFull: session.RefuseNew})
		h, err := m.Start(t.Context(), session.SignIn{UserID: "alice"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Start(t.Context(), session.SignIn{UserID: "alice"}); !errors.Is(err, session.ErrFull) {
			t.Errorf("beside an unfinished one: %v", err)
		}
		age(t, kit, h, 16*time.Minute)
		begin(t, m, session.SignIn{UserID: "alice"})
		if err := m.Activate(t.Context(), h.Key); err == nil {
			t.Error("the first was finished after all")
		}
	})
}

// TestFullOfAnOlderPassword: sessions that a password opened which is the user's
// no more open nothing, and take no place from who shows the new one.
func TestFullOfAnOlderPassword(t *testing.T) {
	policed(t, func(t *testing.T, under func(session.Policy) *session.Manager, _ redistest.Kit) {
		m := under(session.Policy{MaxPerUser: 1, WhenFull: session.RefuseNew})
		begin(t, m, session.SignIn{UserID: "alice", Credential: "stolen"})
		owner := session.SignIn{UserID: "alice", Credential: "new"}
		begin(t, m, owner)
		if _, err := m.Start(t.Context(), owner); !errors.Is(err, session.ErrFull) {
			t.Errorf("a second session of the new password: %v", err)
		}
		if _, err := m.Start(t.Context(), session.SignIn{UserID: "alice"}); !errors.Is(err, session.ErrFull) {
			t.Errorf("a session of no password that is known: %v", err)
		}
	})
}
