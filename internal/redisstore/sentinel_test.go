package redisstore_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/session"
)

// TestSentinelFailover takes the primary away. What a replica had confirmed is
// still so at the one that takes its place; in between there is trouble by each
// call's deadline, and no call says that a session is gone that lives.
func TestSentinelFailover(t *testing.T) {
	for how, take := range map[string]func(*redistest.Instance){"killed": (*redistest.Instance).Kill, "hung": (*redistest.Instance).Pause} {
		t.Run(how, func(t *testing.T) {
			group := redistest.Sentinel(t)
			o := group.Options()
			o.ReplicaWait, o.Patience = 5*time.Second, 20*time.Second
			b := bench{t: t, Store: redisstore.Open(o)}
			t.Cleanup(func() { b.Close() })
			patient, cancel := context.WithTimeout(ctx, time.Minute)
			defer cancel()

			stays, ends := b.active(), b.active()
			_, _, err := b.End(patient, ends.Key, session.SignedOut) // a replica with this has what came before, too
			b.ok(err)

			take(group.Primary)
			b.fails(patient, stays)
			b.why(ends, session.SignedOut)

			if how == "hung" { // and comes back, as a replica of its replica
				group.Primary.Resume()
				group.Primary.AwaitRole("slave")
			}
			for err = redisstore.ErrNotReplicated; errors.Is(err, redisstore.ErrNotReplicated); {
				_, _, err = b.End(patient, stays.Key, session.SignedOut) // the replica that is left may not follow yet
			}
			b.ok(err)
			b.why(stays, session.SignedOut)
			b.resolve(b.active())
		})
	}
}

// fails asks for a live session until it is there again. Before that every call
// must fail in its time, as trouble.
func (b bench) fails(ctx context.Context, h session.Handle) {
	b.t.Helper()
	const limit = 300 * time.Millisecond
	for failed := 0; ; failed++ {
		short, cancel := context.WithTimeout(ctx, limit)
		var err error
		took := redistest.Took(func() { _, _, err = b.Resolve(short, session.Query{Handle: h, ClientID: app}) })
		cancel()
		switch {
		case err == nil && failed == 0:
			b.t.Fatal("nothing failed")
		case err == nil:
			return
		case isAbsence(err):
			b.t.Fatalf("a failover looks like %v", err)
		case took > limit+slack:
			b.t.Fatalf("took %v of %v: %v", took, limit, err)
		case ctx.Err() != nil:
			b.t.Fatalf("no failover: %v", err)
		}
	}
}

// TestSentinelPassword: a wrong password of the sentinels is trouble, and shows
// in no error.
func TestSentinelPassword(t *testing.T) {
	o := redistest.Sentinel(t).Options()
	for _, password := range []string{"", "wr0ng"} {
		o.SentinelPassword = password
		s := redisstore.Open(o)
		err := s.Ping(ctx)
		s.Close()
		if err == nil || isAbsence(err) || strings.Contains(err.Error(), "wr0ng") {
			t.Errorf("password %q: %v", password, err)
		}
	}
}

func TestSentinelOptions(t *testing.T) {
	for _, c := range []struct {
		o    redisstore.Options
		want string // part of the error
	}{
		{redisstore.Options{Addrs: []string{"a:1"}, SentinelPassword: "p"}, "for mode sentinel"},
		{redisstore.Options{Mode: redisstore.Cluster, Addrs: []string{"a:1"}, SentinelUsername: "u"}, "for mode sentinel"},
		{redisstore.Options{URL: "redis://a", SentinelPassword: "p"}, "URL is for mode single"},
		{redisstore.Options{Mode: redisstore.Sentinel, Addrs: []string{"a:1"}, Master: "m", SentinelUsername: "u"}, "needs a password"},
	} {
		if err := c.o.Validate(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c.o, err, c.want)
		}
	}
}
