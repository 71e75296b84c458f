package redisstore_test

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/session"
)

// real returns a bench on a Redis of its own.
func real(t testing.TB, args ...string) (bench, *redistest.Instance) {
	server := redistest.Server(t, args...)
	s := server.Open()
	return bench{t, s, redistest.For(s)}, server
}

// The steady state costs one command, and that one writes nothing but a PEXPIRE and the time
// with it, at most once in a twentieth of the idle time.
func TestResolveIsOneTrip(t *testing.T) {
	b, server := real(t)
	h := b.active()
	b.use(h, app) // the script is known from here on

	if n := redistest.Trips(b.Store, func() { b.use(h, app) }); n != 1 {
		t.Errorf("%d trips", n)
	}
	seen := server.Monitor(func() { b.use(h, app) })
	requireCommands(t, seen, "evalsha", "lua TIME", "lua HMGET", "lua PTTL")

	b.age(h, 10*time.Hour)
	seen = server.Monitor(func() { b.use(h, app) })
	requireCommands(t, seen, "evalsha", "lua TIME", "lua HMGET", "lua PTTL", "lua PEXPIRE", "lua HSET")
}

func requireCommands(t *testing.T, seen []string, want ...string) {
	t.Helper()
	var got []string
	for _, line := range seen { // [0 lua] "TIME"   or   [0 127.0.0.1:1234] "evalsha" ...
		who, rest, _ := strings.Cut(line, "] ")
		name := strings.Trim(strings.Fields(rest)[0], `"`)
		if strings.HasSuffix(who, " lua") {
			name = "lua " + name
		}
		got = append(got, name)
	}
	if strings.Join(got, ",") != strings.Join(want, ",") {
		t.Errorf("commands %v, want %v", got, want)
	}
}

func TestOutOfMemory(t *testing.T) {
	b, _ := real(t, "--maxmemory-policy", "noeviction")
	h, other := b.active(), b.active()
	code := b.code(h)
	b.use(h, app)
	b.age(h, 10*time.Hour)
	b.ok(b.Client().ConfigSet(ctx, "maxmemory", "1").Err())

	b.use(h, app)
	b.near(b.left(h), idle) // slid all the same
	b.trouble("redeem", func() error { _, _, err := b.Redeem(ctx, code); return err })
	b.trouble("create", func() error { return b.Create(ctx, record(newHandle())) })
	b.trouble("turn", func() error { _, err := b.Turn(ctx, rand.Text()); return err })
	b.trouble("end of what never was", func() error {
		_, _, err := b.End(ctx, newHandle().Key, session.Revoked)
		return err
	})

	// Signing out works; only the reason has no room.
	ended, _, err := b.End(ctx, h.Key, session.SignedOut)
	b.ok(err)
	if ended.UserID != record(h).UserID {
		t.Errorf("ended %+v", ended)
	}
	b.why(h, session.Gone)
	b.ok(b.Withdraw(ctx, other.Key, app))

	b.ok(b.Client().ConfigSet(ctx, "maxmemory", "0").Err())
	b.is(b.Activate(ctx, h.Key), session.Gone)
	_, _, err = b.Redeem(ctx, code)
	b.is(err, session.Gone)
	if b.resolve(other).TookPart {
		t.Error("withdrawn, and still takes part")
	}
}

func TestHealthTellsThePolicy(t *testing.T) {
	b, _ := real(t, "--maxmemory-policy", "volatile-ttl")
	h, err := b.Health(ctx)
	b.ok(err)
	if h.Policy != "volatile-ttl" {
		t.Errorf("policy %q", h.Policy)
	}
}

// slack is for the scheduler of a busy machine under the race detector. Without
// the deadlines that are tested the client takes 5 s.
const slack = 3 * time.Second

// timed requires that a call fails by its deadline, as trouble.
func (b bench) timed(ctx context.Context, limit time.Duration) error {
	b.t.Helper()
	h := newHandle()
	var err error
	took := redistest.Took(func() { _, _, err = b.Resolve(ctx, session.Query{Handle: h, ClientID: app}) })
	if took > limit+slack {
		b.t.Errorf("took %v of %v: %v", took, limit, err)
	}
	if err == nil || isAbsence(err) {
		b.t.Fatalf("an outage looks like %v", err)
	}
	return err
}

func (b bench) recovers(h session.Handle, want error) {
	b.t.Helper()
	start := time.Now()
	for {
		_, _, err := b.Resolve(ctx, session.Query{Handle: h, ClientID: app})
		if errors.Is(err, want) {
			b.t.Logf("recovered in %v", time.Since(start).Round(time.Millisecond))
			return
		}
		if time.Since(start) > time.Minute {
			b.t.Fatalf("does not recover: %v", err)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func TestHungServer(t *testing.T) {
	server := redistest.Server(t)
	b := bench{t: t, Store: server.OpenHasty()}
	h := b.active()
	server.Pause()
	parallel(40, func(int) error {
		short, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
		defer cancel()
		b.isDeadline(b.timed(short, 200*time.Millisecond))
		return nil
	})
	b.isDeadline(b.timed(ctx, 1500*time.Millisecond))
	_, err := b.Generation(ctx, "user")
	b.isDeadline(err)
	b.isDeadline(b.Ping(ctx))
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if err := b.timed(gone, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	server.Resume()
	b.recovers(h, nil)
}

func (b bench) isDeadline(err error) {
	b.t.Helper()
	if !errors.Is(err, context.DeadlineExceeded) {
		b.t.Errorf("error %v, want the deadline", err)
	}
}

func TestRefusedConnection(t *testing.T) {
	b, server := real(t)
	h := b.active()
	server.Kill()
	for range 3 {
		b.timed(ctx, 200*time.Millisecond)
	}
	errs := parallel(40, func(int) error { return b.timed(ctx, 200*time.Millisecond) })
	t.Logf("refused as: %v", errs[0])
	server.Restart()
	b.recovers(h, session.Gone) // it came back empty
	b.resolve(b.active())
}

func TestStartsWithoutRedis(t *testing.T) {
	server := redistest.Server(t)
	server.Kill()
	b := bench{t: t, Store: server.Open()}
	b.timed(ctx, 200*time.Millisecond)
	server.Restart()
	b.recovers(newHandle(), session.Gone)
}

func TestClusterOutage(t *testing.T) {
	nodes := redistest.Cluster(t)
	b := bench{t: t, Store: nodes.OpenHasty()}
	h := b.active()
	for _, node := range nodes {
		node.Pause()
	}
	short, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
	defer cancel()
	b.isDeadline(b.timed(short, 300*time.Millisecond))
	b.timed(ctx, 1500*time.Millisecond)
	for _, node := range nodes {
		node.Resume()
	}
	b.recovers(h, nil)
}

func TestReplicaWait(t *testing.T) {
	primary := redistest.Server(t)
	host, port, _ := strings.Cut(primary.Addr(), ":")
	replica := redistest.Server(t, "--replicaof", host+" "+port, "--repl-diskless-load", "swapdb")
	plain := bench{t: t, Store: primary.Open()}
	plain.ok(plain.Client().ConfigSet(ctx, "repl-diskless-sync-delay", "0").Err())
	waiting := func(d time.Duration) bench {
		s := redisstore.Open(redisstore.Options{URL: primary.URL(), ReplicaWait: d})
		t.Cleanup(func() { s.Close() })
		return bench{t: t, Store: s}
	}
	b, hasty := waiting(10*time.Second), waiting(100*time.Millisecond)
	// More than the Redis client's own patience, which a busy machine can use up.
	patient, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for { // until the replica is attached
		if n, err := plain.Client().Do(patient, "WAIT", 1, 100).Int(); n == 1 {
			break
		} else if patient.Err() != nil {
			t.Fatal("no replica: ", err)
		}
	}
	h := plain.active()
	_, _, err := b.Redeem(patient, plain.code(h))
	b.ok(err)
	copied := bench{t: t, Store: replica.Open()}
	b.near(copied.left(h), idle)

	replica.Pause()
	_, _, err = hasty.End(ctx, h.Key, session.SignedOut)
	b.is(err, redisstore.ErrNotReplicated)
	plain.is(plain.Activate(ctx, h.Key), session.SignedOut)
	replica.Resume()
	_, _, err = b.End(patient, h.Key, session.SignedOut)
	b.ok(err)
	copied.near(copied.left(h), 0)
}
