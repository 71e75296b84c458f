package redisstore_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/session"
)

// gate holds up the answers for one session, as a connection that hangs, and counts
// the trips and the scripts that were sent as text.
type gate struct {
	key   string
	held  chan struct{} // gets one for each that is held up
	open  chan struct{}
	trips atomic.Int64
	texts atomic.Int64
}

func hold(s *redisstore.Store, h session.Handle) *gate {
	g := &gate{key: "hush:{" + h.Key.String() + "}:s", held: make(chan struct{}, 1000), open: make(chan struct{})}
	s.Client().AddHook(g)
	return g
}

func (g *gate) DialHook(next redis.DialHook) redis.DialHook { return next }

func (g *gate) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := next(ctx, cmd)
		g.pass(cmd)
		return err
	}
}

func (g *gate) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		err := next(ctx, cmds)
		g.pass(cmds...)
		return err
	}
}

func (g *gate) pass(cmds ...redis.Cmder) {
	if slices.Contains([]string{"evalsha", "eval"}, cmds[0].Name()) { // and no handshake
		g.trips.Add(1)
	}
	for _, cmd := range cmds {
		if cmd.Name() == "eval" {
			g.texts.Add(1)
		}
	}
	for _, cmd := range cmds {
		if slices.Contains(cmd.Args(), any(g.key)) {
			g.held <- struct{}{}
			<-g.open
			return
		}
	}
}

// asked is a caller under way.
type asked chan error

// ask resolves a session, and checks that the answer is that session's.
func (b bench) ask(ctx context.Context, h session.Handle) asked {
	done := make(asked, 1)
	go func() { done <- b.own(ctx, h) }()
	return done
}

func (b bench) own(ctx context.Context, h session.Handle) error {
	got, _, err := b.Resolve(ctx, session.Query{Handle: h, ClientID: app, Activity: true})
	if err == nil && got.SID != record(h).SID {
		return errors.New("the answer is another caller's")
	}
	return err
}

// answered waits for what becomes of a caller.
func (b bench) answered(a asked) error {
	b.t.Helper()
	select {
	case err := <-a:
		return err
	case <-time.After(time.Minute):
		b.t.Fatal("the caller still waits")
		return nil
	}
}

// wait returns when so many callers wait for the next trip.
func (b bench) wait(n int) {
	b.t.Helper()
	for end := time.Now().Add(time.Minute); b.Waiting() != n; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			b.t.Fatalf("%d wait, want %d", b.Waiting(), n)
		}
	}
}

// TestTogether: who comes while a trip is under way shares the next, has an answer
// of its own, and may go without harm to the others. A server that forgot the script
// learns it for all.
func TestTogether(t *testing.T) {
	for name, c := range map[string]struct {
		flush bool
		trips int64 // one, 40 in two, and again for those that find it forgotten
		texts int64
	}{"known": {false, 3, 0}, "forgotten": {true, 4, 1}} {
		t.Run(name, func(t *testing.T) {
			redistest.Each(t, func(t *testing.T, s *redisstore.Store, kit redistest.Kit) {
				b := bench{t, s, kit}
				b.SetPatience(time.Minute)
				slow, wrong := b.active(), b.active()
				wrong.Secret = newHandle().Secret
				var callers []session.Handle
				for range 38 {
					callers = append(callers, b.active())
				}
				b.ok(b.own(ctx, slow))
				g := hold(s, slow)
				first := b.ask(ctx, slow)
				<-g.held
				gone, cancel := context.WithCancel(ctx)
				leaves := b.ask(gone, callers[0])
				b.wait(1)
				var asked []asked
				for _, h := range callers {
					asked = append(asked, b.ask(ctx, h))
				}
				refused, absent := b.ask(ctx, wrong), b.ask(ctx, newHandle())
				b.wait(41)
				cancel()
				if err := b.answered(leaves); !errors.Is(err, context.Canceled) {
					t.Errorf("who left: %v", err)
				}
				if c.flush {
					b.ok(b.Client().ScriptFlush(ctx).Err())
				}
				close(g.open)
				for _, a := range append(asked, first) {
					b.ok(b.answered(a))
				}
				if err := b.answered(refused); !errors.Is(err, session.Superseded) {
					t.Errorf("a wrong secret: %v", err)
				}
				if err := b.answered(absent); !errors.Is(err, session.Gone) {
					t.Errorf("no session: %v", err)
				}
				if n, texts := g.trips.Load(), g.texts.Load(); n != c.trips || texts != c.texts {
					t.Errorf("%d trips, %d with the text, want %d and %d", n, texts, c.trips, c.texts)
				}
			})
		})
	}
}

// TestSlowTripHoldsUpNobody but those that it carries.
func TestSlowTripHoldsUpNobody(t *testing.T) {
	b, _ := real(t)
	slow, other := b.active(), b.active()
	g := hold(b.Store, slow)
	first := b.ask(ctx, slow)
	<-g.held
	for range 3 {
		b.ok(b.answered(b.ask(ctx, other)))
	}
	carried := b.ask(ctx, slow) // the second that is held up, and who it is held up with
	<-g.held
	b.ok(b.answered(b.ask(ctx, other)))
	close(g.open)
	b.ok(b.answered(first))
	b.ok(b.answered(carried))
}

// TestTogetherByNode: a node that is slow does not hold up what another is asked.
func TestTogetherByNode(t *testing.T) {
	s := redistest.Cluster(t).Open()
	b := bench{t, s, redistest.For(s)}
	b.SetPatience(time.Minute)
	slow := b.active()
	same, other := b.active(), b.active()
	for !b.together(slow, same) {
		same = b.active()
	}
	for b.together(slow, other) {
		other = b.active()
	}
	g := hold(s, slow)
	first := b.ask(ctx, slow)
	<-g.held
	waits := b.ask(ctx, same)
	b.wait(1)
	b.ok(b.answered(b.ask(ctx, other)))
	b.wait(1)
	close(g.open)
	b.ok(b.answered(first))
	b.ok(b.answered(waits))
}

func (b bench) together(one, two session.Handle) bool {
	node := func(h session.Handle) string {
		n, err := b.Client().(*redis.ClusterClient).MasterForKey(ctx, "{"+h.Key.String()+"}")
		b.ok(err)
		return n.Options().Addr
	}
	return node(one) == node(two)
}

// TestTogetherOutage: a server that hangs costs each caller its own deadline, one
// that dies ends all of them with the outage, and no answer is an absence.
func TestTogetherOutage(t *testing.T) {
	b, server := real(t)
	h := b.active()
	server.Pause()
	parallel(60, func(i int) error {
		limit := time.Duration(50+5*i) * time.Millisecond
		short, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		err := b.timed(short, limit)
		b.isDeadline(err)
		return err
	})
	var asked []asked
	for range 60 {
		asked = append(asked, b.ask(ctx, h))
	}
	server.Kill()
	for _, a := range asked {
		absence := session.Absence("")
		if err := b.answered(a); err == nil || errors.As(err, &absence) {
			t.Errorf("the server is dead: %v", err)
		}
	}
	server.Restart()
	b.recovers(h, session.Gone)
	b.wait(0)
}

// TestTogetherRace: under load, while callers leave and the server forgets the
// script, each answer is the caller's own.
func TestTogetherRace(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redisstore.Store, kit redistest.Kit) {
		b := bench{t, s, kit}
		stop, flushed := make(chan struct{}), sync.WaitGroup{}
		flushed.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					b.ok(b.Client().ScriptFlush(ctx).Err())
				}
			}
		})
		handles := make([]session.Handle, 32)
		for i := range handles {
			handles[i] = b.active()
		}
		errs := parallel(len(handles), func(i int) error {
			for n := range 30 {
				short, cancel := context.WithCancel(ctx)
				if n%5 == 4 {
					go cancel()
				}
				err := b.own(short, handles[i])
				cancel()
				if err != nil && (n%5 != 4 || !errors.Is(err, context.Canceled)) {
					return err
				}
			}
			return nil
		})
		close(stop)
		flushed.Wait()
		b.ok(errors.Join(errs...))
	})
}
