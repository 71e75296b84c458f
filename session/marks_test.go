package session_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/session"
)

// cut is the way from one node to the marks: it can be cut, and counts.
type cut struct {
	session.MarkStore
	off   atomic.Bool
	reads atomic.Int64
}

var errCut = errors.New("no way to the store")

func (c *cut) Marks(ctx context.Context) (map[string]int64, time.Time, error) {
	c.reads.Add(1)
	if c.off.Load() {
		return nil, time.Time{}, errCut
	}
	return c.MarkStore.Marks(ctx)
}

// node is a manager with marks of its own, as each node has.
func node(s *redisstore.Store) (*session.Manager, *cut) {
	way := &cut{MarkStore: s}
	m := session.NewManager(s, s, session.Policy{})
	m.Marks = session.NewMarks(way, session.LeaseAlone)
	return m, way
}

func seen(t *testing.T, m *session.Manager, h session.Handle, client string) error {
	t.Helper()
	_, _, err := m.Resolve(t.Context(), session.Query{Handle: h, ClientID: client})
	return err
}

// shared signs in at "app" and lets "other" take part.
func shared(t *testing.T, m *session.Manager, user string) session.Handle {
	t.Helper()
	h := signIn(t, m, user, session.Handle{})
	if _, err := m.Participate(t.Context(), h.Key, "other", oauth.NewGrants("", []string{"openid"})); err != nil {
		t.Fatal(err)
	}
	return h
}

// TestMarks: the reply to a mark is not given before it holds on every node, and
// it holds for what was signed in for before, and for nothing else.
func TestMarks(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redisstore.Store, _ redistest.Kit) {
		one, _ := node(s)
		two, _ := node(s)
		alice, bob := shared(t, one, "alice"), shared(t, two, "bob")
		for _, h := range []session.Handle{alice, bob} { // both nodes hold a copy without a mark
			if err := errors.Join(seen(t, one, h, "app"), seen(t, two, h, "app")); err != nil {
				t.Fatal(err)
			}
		}
		if err := one.EndClient(t.Context(), "app"); err != nil {
			t.Fatal(err)
		}
		for _, m := range []*session.Manager{one, two} {
			for _, h := range []session.Handle{alice, bob} {
				if err := seen(t, m, h, "app"); !errors.Is(err, session.Revoked) {
					t.Errorf("the client's session: %v", err)
				}
				if err := seen(t, m, h, "other"); err != nil {
					t.Errorf("another client's: %v", err)
				}
			}
		}
		again := shared(t, two, "alice")
		if err := seen(t, one, again, "app"); err != nil {
			t.Errorf("a sign-in right after the reply: %v", err)
		}
		if err := two.EndEveryone(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, client := range []string{"app", "other"} {
			if err := seen(t, one, again, client); !errors.Is(err, session.Revoked) {
				t.Errorf("%s after the end of everyone: %v", client, err)
			}
		}
		if err := seen(t, one, again, "stranger"); !errors.Is(err, session.Gone) {
			t.Errorf("a client that took no part learns %v", err)
		}
		if err := seen(t, one, shared(t, one, "bob"), "app"); err != nil {
			t.Errorf("a sign-in after the end of everyone: %v", err)
		}
	})
}

// TestMarkedSessionDoesNotGoOn: a sign-in in a browser whose session was ended
// with everyone's begins a new one.
func TestMarkedSessionDoesNotGoOn(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redisstore.Store, _ redistest.Kit) {
		m, _ := node(s)
		before := signIn(t, m, "alice", session.Handle{})
		if err := m.EndEveryone(t.Context()); err != nil {
			t.Fatal(err)
		}
		after := signIn(t, m, "alice", before)
		if after.Key == before.Key {
			t.Error("the ended session went on")
		}
		if _, why := state(t, m, before); why != session.Revoked {
			t.Errorf("the old one: %q", why)
		}
	})
}

// TestMarkedWithoutTheStore: a node that cannot read the marks judges nothing
// once its copy may be old, and says so as an outage.
func TestMarkedWithoutTheStore(t *testing.T) {
	s := redistest.Embedded(t)
	one, _ := node(s)
	two, way := node(s)
	h := signIn(t, one, "alice", session.Handle{})
	if err := seen(t, two, h, "app"); err != nil {
		t.Fatal(err)
	}
	way.off.Store(true)
	if err := one.EndEveryone(t.Context()); err != nil {
		t.Fatal(err)
	}
	var absent session.Absence
	if err := seen(t, two, h, "app"); !errors.Is(err, errCut) || errors.As(err, &absent) {
		t.Errorf("the node without the marks says %v", err)
	}
	if _, err := two.Generation(t.Context(), "alice"); !errors.Is(err, errCut) {
		t.Errorf("a sign-in there begins with %v", err)
	}
	way.off.Store(false)
	if err := seen(t, two, h, "app"); !errors.Is(err, session.Revoked) {
		t.Errorf("once it has them: %v", err)
	}
}

// TestSignInAcrossAMark: who proved their password before the mark is not signed
// in after the reply, in a new session or in the browser's own.
func TestSignInAcrossAMark(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redisstore.Store, _ redistest.Kit) {
		one, _ := node(s)
		two, _ := node(s)
		current := signIn(t, one, "alice", session.Handle{})
		generation, err := two.Generation(t.Context(), "alice")
		if err != nil {
			t.Fatal(err)
		}
		if err := one.EndClient(t.Context(), "app"); err != nil {
			t.Fatal(err)
		}
		for name, h := range map[string]session.Handle{"new": {}, "going on": current} {
			in := session.SignIn{UserID: "alice", Generation: generation, Group: "default", Current: h}
			if _, err := two.Start(t.Context(), in); !errors.Is(err, session.Revoked) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, why := state(t, two, current); why != session.Revoked {
			t.Errorf("the session whose sign-in was refused: %q", why)
		}
		if err := seen(t, two, signIn(t, two, "alice", session.Handle{}), "app"); err != nil {
			t.Errorf("signing in again: %v", err)
		}
	})
}

// TestMarksAreReadAhead: a node that runs reads them, its requests do not.
func TestMarksAreReadAhead(t *testing.T) {
	s := redistest.Embedded(t)
	way := &cut{MarkStore: s}
	marks := session.NewMarks(way, time.Hour)
	for range 100 {
		if err := marks.Judge(t.Context(), "app", time.Now(), time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	if n := way.reads.Load(); n != 1 {
		t.Errorf("read %d times", n)
	}
	// A store whose clock is far ahead of the copy tells that the node slept.
	if err := marks.Judge(t.Context(), "app", time.Now(), time.Now().Add(2*time.Hour)); err != nil || way.reads.Load() != 2 {
		t.Errorf("after a sleep: %v, read %d times", err, way.reads.Load())
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	fast := session.NewMarks(way, 30*time.Millisecond)
	go func() { fast.Run(ctx); close(done) }()
	for end := time.Now().Add(time.Minute); way.reads.Load() < 5 && time.Now().Before(end); time.Sleep(time.Millisecond) {
	}
	stop()
	<-done
	if way.reads.Load() < 5 {
		t.Error("a running node does not read the marks")
	}
}

// TestMarkIsNotForgotten by a node that saw it, even if the store loses it in a failover.
func TestMarkIsNotForgotten(t *testing.T) {
	s := redistest.Embedded(t)
	if err := session.NewMarks(s, session.LeaseAlone).Set(t.Context(), "app"); err != nil {
		t.Fatal(err)
	}
	signedIn := time.Now().Add(-time.Minute)
	seeing := session.NewMarks(s, time.Hour)
	if err := seeing.Judge(t.Context(), "app", signedIn, time.Time{}); !errors.Is(err, session.Revoked) {
		t.Fatal(err)
	}
	if _, err := s.Client().Del(t.Context(), "hush:{marks}").Result(); err != nil {
		t.Fatal(err)
	}
	if err := seeing.Judge(t.Context(), "app", signedIn, time.Now().Add(2*time.Hour)); !errors.Is(err, session.Revoked) {
		t.Errorf("after it was read anew: %v", err)
	}
}

// BenchmarkJudge: no allocation, no trip.
func BenchmarkJudge(b *testing.B) {
	s := redistest.Embedded(b)
	marks := session.NewMarks(s, time.Hour)
	now := time.Now()
	b.ReportAllocs()
	for b.Loop() {
		if marks.Judge(b.Context(), "app", now, now) != nil {
			b.Fatal("over")
		}
	}
}

// TestMarkRacesRenewals: of the requests that begin after the reply none finds a
// session, on whatever node.
func TestMarkRacesRenewals(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redisstore.Store, _ redistest.Kit) {
		one, _ := node(s)
		two, _ := node(s)
		h := signIn(t, one, "alice", session.Handle{})
		var replied, stop atomic.Bool
		var wg sync.WaitGroup
		var before, late atomic.Int64
		for i := range 8 {
			m := []*session.Manager{one, two}[i%2]
			wg.Go(func() {
				for !stop.Load() {
					after := replied.Load()
					_, _, err := m.Resolve(context.Background(), session.Query{Handle: h, ClientID: "app"})
					switch {
					case err == nil && after:
						t.Error("a session was found after the reply")
						return
					case err == nil:
						before.Add(1)
					case after:
						late.Add(1)
					}
				}
			})
		}
		if err := one.EndEveryone(t.Context()); err != nil {
			t.Error(err)
		}
		replied.Store(true)
		for end := time.Now().Add(time.Minute); late.Load() < 1000 && time.Now().Before(end) && !t.Failed(); time.Sleep(time.Millisecond) {
		}
		stop.Store(true)
		wg.Wait()
		if before.Load() == 0 || late.Load() < 1000 {
			t.Errorf("no race: %d before, %d after", before.Load(), late.Load())
		}
	})
}
