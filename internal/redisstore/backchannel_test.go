package redisstore_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/backchannel"
)

// Two nodes are two users of one store here.

// patience is slow, so that nothing is due again because a machine stood still.
var patience = func() backchannel.Policy {
	p := backchannel.Default
	p.Lease, p.First, p.Longest = 20*time.Minute, 2*time.Minute, 20*time.Minute
	return p
}()

// queue is the delivery queue with short words; it begins empty.
type queue struct {
	bench
	backchannel.Queue
	test string // begins the sids of one test
}

func (b bench) queue() queue {
	b.t.Helper()
	b.ok(b.kit.ClearQueue(ctx))
	return queue{b, b.Deliveries(), rand.Text() + "-"}
}

// message is one to an app; who varies session and user.
func (q queue) message(app, who string) backchannel.Message {
	return backchannel.Message{ClientID: app, SID: q.test + who, UserID: "user " + who}
}

func (q queue) add(messages ...backchannel.Message) {
	q.t.Helper()
	dropped, err := q.Add(ctx, patience, messages...)
	q.ok(err)
	if dropped != 0 {
		q.t.Fatalf("%d dropped", dropped)
	}
}

func (q queue) lease(n int) backchannel.Batch {
	q.t.Helper()
	got, err := q.Lease(ctx, patience, n)
	q.ok(err)
	return got
}

// takes leases up to n and compares "<client> <sid> <attempt>" of each, in turn.
func (q queue) takes(n int, want ...string) []backchannel.Lease {
	q.t.Helper()
	leases := q.lease(n).Leases
	var got []string
	for _, l := range leases {
		got = append(got, fmt.Sprint(l.ClientID, " ", strings.TrimPrefix(l.SID, q.test), " ", l.Attempt))
	}
	if !slices.Equal(got, want) {
		q.t.Fatalf("leased %q, want %q", got, want)
	}
	return leases
}

func (q queue) done(l backchannel.Lease, quickly bool) {
	q.t.Helper()
	q.ok(q.Done(ctx, patience, l, quickly))
}

func (q queue) retry(l backchannel.Lease, why string) {
	q.t.Helper()
	q.ok(q.Retry(ctx, patience, l, 1, why))
}

func (q queue) age(d time.Duration) {
	q.t.Helper()
	q.ok(q.kit.AgeQueue(ctx, d))
}

// empty requires that nothing is left of any message.
func (q queue) empty() {
	q.t.Helper()
	batch := q.lease(10)
	if len(batch.Leases)+len(batch.Expired)+batch.Pending != 0 || !batch.Next.IsZero() {
		q.t.Fatalf("left: %+v", batch)
	}
	var left []string
	for _, c := range q.primaries() {
		keys, err := c.Keys(ctx, "hush:{backchannel}*").Result()
		q.ok(err)
		left = append(left, keys...)
	}
	for _, key := range left {
		if ttl, err := q.Client().PTTL(ctx, key).Result(); err != nil || ttl <= 0 || ttl > time.Hour {
			q.t.Fatalf("%s is left for %v: %v", key, ttl, err)
		}
	}
}

func testQueue(t *testing.T, b bench) {
	q := b.queue()
	q.empty()
	now := b.now()
	q.add(q.message("shop", "1"), q.message("office", "1"))
	l := q.takes(10, "office 1 1", "shop 1 1")
	if l[1].Message != q.message("shop", "1") {
		t.Fatalf("leased %+v", l[1])
	}
	b.near(l[0].GivenUp.Sub(now), 24*time.Hour)
	q.takes(10) // they are out
	batch := q.lease(10)
	b.near(batch.Next.Sub(batch.Now), patience.Lease)
	b.near(batch.Now.Sub(now), 0)
	if batch.Pending != 2 {
		t.Fatalf("%d pending", batch.Pending)
	}
	q.done(l[0], true)
	q.done(l[1], true)
	q.done(l[1], true)
	q.empty()
}

// What ends a session may run again after a lost reply.
func testQueueOnce(t *testing.T, b bench) {
	q := b.queue()
	one := q.message("once", "1")
	q.add(one, one)
	q.add(one)
	batch := q.lease(10)
	if len(batch.Leases) != 1 || batch.Pending != 1 {
		t.Fatalf("leased %+v", batch)
	}
	q.add(one)
	q.takes(10)
	q.done(batch.Leases[0], true)
	q.add(one) // delivered already
	q.takes(10)
	q.empty()
	for _, bad := range []backchannel.Message{{ClientID: "a b", SID: "s"}, {ClientID: "a", SID: "s\n"}, {ClientID: "a"}, {SID: "s"}} {
		if _, err := q.Add(ctx, patience, bad); err == nil {
			t.Errorf("takes %+v", bad)
		}
	}
}

// A node that dies keeps its messages for no longer than the lease, and what it
// says when it wakes up does not undo what another did.
func testQueueLease(t *testing.T, b bench) {
	q := b.queue()
	q.add(q.message("shop", "1"))
	dead := q.takes(10, "shop 1 1")[0]
	q.age(patience.Lease - time.Minute)
	q.takes(10)
	q.age(time.Minute)
	alive := q.takes(10, "shop 1 2")[0]
	q.retry(dead, "late")
	q.takes(10) // the other still has it
	if p, err := q.Pending(ctx, 10); err != nil || p[0].Failures != 0 || p[0].Out != 1 {
		t.Fatalf("%+v, %v", p, err)
	}
	q.done(dead, true) // it was answered all the same
	q.retry(alive, "late")
	q.empty()
}

// An app that fails is left alone for longer and longer, with one message at a
// time; one that answers gets more at once.
func testQueueBackoff(t *testing.T, b bench) {
	q := b.queue()
	q.add(q.message("shop", "1"), q.message("shop", "2"), q.message("shop", "3"))
	for i, wait := range []time.Duration{2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 16 * time.Minute} {
		batch := q.lease(10)
		if len(batch.Leases) != 1 {
			t.Fatalf("attempt %d: %+v", i, batch)
		}
		q.retry(batch.Leases[0], "status 500")
		q.retry(batch.Leases[0], "status 500") // the client sent it twice
		batch = q.lease(10)
		if left := batch.Next.Sub(batch.Now); len(batch.Leases) != 0 || left > wait || left < wait-time.Minute {
			t.Fatalf("attempt %d: waits %v, want %v: %+v", i, left, wait, batch)
		}
		q.age(wait)
	}
	p, err := q.Pending(ctx, 10)
	b.ok(err)
	if len(p) != 1 || p[0].ClientID != "shop" || p[0].Waiting != 3 || p[0].Out != 0 || p[0].Failures != 4 || p[0].Error != "status 500" {
		t.Fatalf("%+v", p)
	}
	b.near(b.now().Sub(p[0].Since), 30*time.Minute)
	for range 12 {
		l := q.lease(10).Leases
		q.retry(l[0], "status 500")
		q.age(patience.Longest)
	}
	l := q.lease(10).Leases
	if len(l) != 1 || l[0].Attempt < 4 {
		t.Fatalf("after the longest wait: %+v", l)
	}
	q.done(l[0], true)
	q.age(patience.Longest)
	if l = q.lease(10).Leases; len(l) != 2 {
		t.Fatalf("it answers, and gets %d at once", len(l))
	}
	q.done(l[0], true)
	q.done(l[1], true)
	q.empty()
}

// Jitter keeps nodes and messages from coming all at once.
func testQueueJitter(t *testing.T, b bench) {
	q := b.queue()
	q.add(q.message("shop", "1"))
	b.ok(q.Retry(ctx, patience, q.takes(1, "shop 1 1")[0], 0.5, "x"))
	batch := q.lease(1)
	if left := batch.Next.Sub(batch.Now); left > patience.First/2 || left < 0 {
		t.Fatalf("waits %v", left)
	}
}

// One app with many messages has its turn and no more.
func testQueueTurns(t *testing.T, b bench) {
	q := b.queue()
	for i := range 500 {
		q.add(q.message("slow", fmt.Sprint(i)))
	}
	slow := q.lease(32).Leases
	if len(slow) != 1 {
		t.Fatalf("an app that nobody knows gets %d at once", len(slow))
	}
	q.add(q.message("other", "1"))
	q.takes(32, "other 1 1")
	for range 10 { // it answers, slowly
		q.done(slow[0], false)
		if slow = q.lease(32).Leases; len(slow) != 1 {
			t.Fatalf("a slow app gets %d at once", len(slow))
		}
	}
	for range 2 * patience.PerApp {
		q.done(slow[0], true)
		slow = append(slow[1:], q.lease(32).Leases...)
	}
	if len(slow) != patience.PerApp {
		t.Fatalf("an app that answers well has %d out", len(slow))
	}
	q.add(q.message("third", "1"))
	q.done(slow[0], true)
	turn := q.lease(2).Leases // in one millisecond either may be first
	if !slices.ContainsFunc(turn, func(l backchannel.Lease) bool { return l.ClientID == "third" }) {
		t.Fatalf("the turn is that of %+v", turn)
	}
}

// What cannot be delivered for a day is given up, whoever has it and however the
// app is doing.
func testQueueKeep(t *testing.T, b bench) {
	q := b.queue()
	q.add(q.message("shop", "1"), q.message("shop", "2"), q.message("office", "1"))
	q.retry(q.lease(1).Leases[0], "x")
	out := q.lease(1).Leases[0]
	q.age(patience.Keep)
	batch := q.lease(10)
	if len(batch.Expired) != 3 || len(batch.Leases) != 0 || batch.Pending != 0 {
		t.Fatalf("%+v", batch)
	}
	if e := batch.Expired[0]; e.UserID == "" || e.GivenUp.After(batch.Now) {
		t.Fatalf("%+v", e)
	}
	q.retry(out, "late")
	q.empty()
}

// However many wait for one app, there is an end to it.
func testQueueMost(t *testing.T, b bench) {
	q, few := b.queue(), patience
	few.Most = 3
	for i := range 5 {
		dropped, err := q.Add(ctx, few, q.message("shop", fmt.Sprint(i)), q.message("office", fmt.Sprint(i)))
		b.ok(err)
		if want := map[bool]int{true: 2}[i > 2]; dropped != want {
			t.Fatalf("message %d: %d dropped", i, dropped)
		}
	}
	if batch := q.lease(1); batch.Pending != 6 {
		t.Fatalf("%d pending", batch.Pending)
	}
}

// Of two nodes at once each message goes to one.
func testQueueRace(t *testing.T, b bench) {
	q := b.queue()
	const n = 40
	for i := range n {
		q.add(q.message(fmt.Sprint("app", i), "1"))
	}
	leases := make([][]backchannel.Lease, n)
	parallel(n, func(i int) error {
		batch, err := q.Lease(ctx, patience, 2)
		leases[i] = batch.Leases
		return err
	})
	seen := map[string]int{}
	for _, l := range slices.Concat(leases...) {
		seen[l.ClientID]++
	}
	if len(seen) != n {
		t.Errorf("%d of %d were leased", len(seen), n)
	}
	for app, times := range seen {
		if times != 1 {
			t.Errorf("%s was leased %d times", app, times)
		}
	}
}

func TestQueueOutOfMemory(t *testing.T) {
	b, _ := real(t, "--maxmemory-policy", "noeviction")
	q := b.queue()
	q.add(q.message("shop", "1"), q.message("shop", "2"))
	l := q.takes(1, "shop 1 1")[0]
	b.ok(b.Client().ConfigSet(ctx, "maxmemory", "1").Err())
	if _, err := q.Add(ctx, patience, q.message("shop", "3")); !errors.Is(err, backchannel.ErrFull) {
		t.Fatalf("add: %v", err)
	}
	q.done(l, true)
	if batch, err := q.Lease(ctx, patience, 1); err == nil && len(batch.Leases) > 0 {
		t.Error("leased what cannot be noted")
	}
	b.ok(b.Client().ConfigSet(ctx, "maxmemory", "0").Err())
	q.age(patience.Lease) // its turn could not be noted
	q.done(q.takes(10, "shop 2 1")[0], true)
	q.empty()
}
