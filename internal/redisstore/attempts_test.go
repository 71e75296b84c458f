package redisstore_test

import (
	"crypto/rand"
	"strconv"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/hush-sso/hush/internal/login"
)

var (
	ten   = login.Limit{Burst: 10, Every: 5 * time.Minute}
	known = login.Known{For: 30 * 24 * time.Hour, Most: 32}
)

// try is a new attempt on an account from a browser, "" for none.
func try(of, browser string) login.Try {
	return login.Try{ID: rand.Text(), Of: of, Browser: browser, Limit: ten}
}

func (b bench) admit(t login.Try) time.Duration {
	b.t.Helper()
	wait, _, err := b.Admit(ctx, t)
	b.ok(err)
	return wait
}

// drain takes all that is left.
func (b bench) drain(of, browser string) (taken int) {
	b.t.Helper()
	for b.admit(try(of, browser)) == 0 {
		if taken++; taken > 100 {
			b.t.Fatal("the bucket has no end")
		}
	}
	return taken
}

// passes lets time pass for the buckets of an account and what it remembers.
func (b bench) passes(of string, d time.Duration, browsers ...string) {
	b.t.Helper()
	keys := []string{"tries", "browsers"}
	for _, browser := range browsers {
		keys = append(keys, "tries:"+browser)
	}
	for _, key := range keys {
		key = "hush:{t:" + of + "}:" + key
		ttl, err := b.Client().PTTL(ctx, key).Result()
		b.ok(err)
		if ttl > d {
			b.ok(b.Client().PExpire(ctx, key, ttl-d).Err())
		} else {
			b.ok(b.Client().Del(ctx, key).Err())
		}
	}
	members, err := b.Client().ZRange(ctx, "hush:{t:"+of+"}:browsers", 0, -1).Result()
	b.ok(err)
	for _, m := range members {
		b.ok(b.Client().ZIncrBy(ctx, "hush:{t:"+of+"}:browsers", -float64(d.Milliseconds()), m).Err())
	}
}

func testAttempts(t *testing.T, b bench) {
	of, other := rand.Text(), rand.Text()
	for range 2 { // full again after the time that filling takes, and no fuller
		if n := b.drain(of, ""); n != 10 {
			t.Fatalf("%d attempts in a full bucket", n)
		}
		b.passes(of, 50*time.Minute)
		if n, err := b.Client().Exists(ctx, "hush:{t:"+of+"}:tries").Result(); n != 0 || err != nil {
			t.Fatalf("a full bucket is stored: %v", err)
		}
	}
	b.drain(of, "")
	for range 20 { // what is refused costs nothing
		b.near(b.admit(try(of, "")), 5*time.Minute)
	}
	b.passes(of, 3*time.Minute)
	b.near(b.admit(try(of, "")), 2*time.Minute)
	b.passes(of, 2*time.Minute)
	if n := b.drain(of, ""); n != 1 {
		t.Errorf("%d attempts after the time of one", n)
	}
	b.passes(of, 15*time.Minute)
	if n := b.drain(of, ""); n != 3 {
		t.Errorf("%d attempts after the time of three", n)
	}
	if n := b.drain(other, ""); n != 10 {
		t.Errorf("another account had %d left", n)
	}
}

func testAttemptsRace(t *testing.T, b bench) {
	of := rand.Text()
	waits := make([]time.Duration, 50)
	for _, err := range parallel(len(waits), func(i int) (err error) {
		waits[i], _, err = b.Admit(ctx, try(of, "browser"))
		return err
	}) {
		b.ok(err)
	}
	in := 0
	for _, wait := range waits {
		if wait == 0 {
			in++
		}
	}
	if in != 10 {
		t.Errorf("%d of 50 at once were let in", in)
	}
}

// The client sends a script again when it lost the connection, whether or not
// the first one was executed.
func testAttemptsRetried(t *testing.T, b bench) {
	of := rand.Text()
	attempt := try(of, "")
	for range 5 {
		if wait := b.admit(attempt); wait != 0 {
			t.Fatal("an attempt that was let in is refused")
		}
	}
	if n := b.drain(of, ""); n != 9 {
		t.Errorf("one attempt sent five times counted %d times", 10-n)
	}
	for range 5 {
		b.ok(b.GiveBack(ctx, attempt))
	}
	if n := b.drain(of, ""); n != 1 {
		t.Errorf("one attempt gave %d back", n)
	}
	b.ok(b.GiveBack(ctx, try(of, ""))) // was never let in
	if n := b.drain(of, ""); n != 0 {
		t.Errorf("an attempt that took none gave %d back", n)
	}

	in := try(rand.Text(), "browser")
	b.admit(in)
	b.ok(b.Welcome(ctx, in, known))
	b.admit(try(in.Of, "another"))
	b.ok(b.Welcome(ctx, in, known))
	if n := b.drain(in.Of, "another"); n != 9 {
		t.Errorf("the second welcome gave strangers %d tokens", n)
	}
	b.ok(b.GiveBack(ctx, in)) // one attempt settles once
	b.near(b.admit(try(in.Of, "another")), 5*time.Minute)
}

func testGiveBackLate(t *testing.T, b bench) {
	attempt := try(rand.Text(), "")
	b.admit(attempt)
	b.passes(attempt.Of, 4*time.Minute)
	b.ok(b.GiveBack(ctx, attempt)) // nearly full already
	if n := b.drain(attempt.Of, ""); n != 10 {
		t.Errorf("the bucket holds %d", n)
	}
}

// A stranger keeps the account's bucket empty; the owner's browser has its own.
func testKnownBrowser(t *testing.T, b bench) {
	of := rand.Text()
	in := try(of, "owner")
	for range 9 {
		b.admit(try(of, "owner"))
	}
	b.admit(in)
	b.ok(b.Welcome(ctx, in, known))
	if n := b.drain(of, "stranger"); n != 1 { // what the sign-in took, and no more
		t.Errorf("after the sign-in the account's bucket holds %d", n)
	}
	again := try(of, "owner")
	if b.admit(again) != 0 {
		t.Fatal("a stranger keeps the owner out")
	}
	b.ok(b.Welcome(ctx, again, known))
	if n := b.drain(of, "stranger"); n != 0 {
		t.Errorf("the owner's sign-in gave a stranger %d attempts", n)
	}
	if n := b.drain(of, "owner"); n != 10 {
		t.Errorf("the owner's browser had %d attempts", n)
	}
	b.near(b.admit(try(of, "owner")), 5*time.Minute) // whoever sits there may guess no faster
	late := try(of, "owner")
	b.passes(of, 5*time.Minute, "owner")
	if b.admit(late) != 0 || b.drain(of, "stranger") != 1 {
		t.Error("the owner's attempt was taken from the account")
	}
	b.ok(b.GiveBack(ctx, late))
	if n := b.drain(of, "owner"); n != 1 {
		t.Errorf("%d given back to the browser's bucket", n)
	}

	other := rand.Text()
	b.drain(other, "stranger")
	if b.admit(try(other, "owner")) == 0 {
		t.Error("a browser is known to an account that it never signed in to")
	}
	b.passes(of, known.For-time.Hour, "owner")
	b.drain(of, "stranger")
	if b.admit(try(of, "owner")) != 0 {
		t.Error("forgotten too early")
	}
	b.passes(of, time.Hour, "owner")
	b.drain(of, "stranger")
	if b.admit(try(of, "owner")) == 0 {
		t.Error("never forgotten")
	}
}

// An address has a share of an account only: whoever takes every attempt there
// leaves some to others.
func testShare(t *testing.T, b bench) {
	of := rand.Text()
	at := func(from, browser string) login.Try {
		a := try(of, browser)
		a.From, a.Share = from, login.Limit{Burst: 3, Every: 20 * time.Minute}
		return a
	}
	for range 3 {
		if wait := b.admit(at("here", "stranger")); wait != 0 {
			t.Fatalf("refused for %v", wait)
		}
	}
	b.near(b.admit(at("here", "another browser")), 20*time.Minute)
	if n := b.drain(of, "elsewhere"); n != 7 { // the refused took none
		t.Errorf("%d left for others", n)
	}
	b.passes(of, 50*time.Minute)
	b.near(b.admit(at("here", "stranger")), 20*time.Minute)

	// A sign-in gives both back, and what is not looked at too.
	in := at("there", "owner")
	b.admit(at("there", "stranger"))
	b.admit(at("there", "stranger"))
	b.admit(in)
	b.ok(b.Welcome(ctx, in, known))
	idle := at("there", "stranger")
	if b.admit(idle) != 0 {
		t.Error("a sign-in uses the share up")
	}
	b.ok(b.GiveBack(ctx, idle))
	if b.admit(at("there", "stranger")) != 0 || b.admit(at("there", "stranger")) == 0 {
		t.Error("one attempt does not give one back")
	}
	// The owner's browser has no part in it.
	for range 5 {
		wait, own, err := b.Admit(ctx, at("there", "owner"))
		if b.ok(err); wait != 0 || !own {
			t.Errorf("the owner waits %v, known %v", wait, own)
		}
	}
}

func testKnownBrowsersAreFew(t *testing.T, b bench) {
	of := rand.Text()
	few := login.Known{For: time.Hour, Most: 3}
	for i := range 5 {
		in := try(of, strconv.Itoa(i))
		if b.admit(in) != 0 {
			t.Fatal("refused")
		}
		b.ok(b.Welcome(ctx, in, few))
		b.passes(of, time.Second)
	}
	b.ok(b.Welcome(ctx, try(of, "2"), few)) // seen again: now 3 is the oldest
	b.ok(b.Welcome(ctx, try(of, "5"), few))
	members, err := b.Client().ZRange(ctx, "hush:{t:"+of+"}:browsers", 0, -1).Result()
	b.ok(err)
	if len(members) != 3 || members[0] != "4" || members[1] != "2" || members[2] != "5" {
		t.Errorf("known are %v", members)
	}
	// One that is over is known to nobody, though the list lives on.
	b.ok(b.Client().ZAdd(ctx, "hush:{t:"+of+"}:browsers", redis.Z{Score: float64(b.now().Add(-time.Second).UnixMilli()), Member: "4"}).Err())
	b.drain(of, "stranger")
	if b.admit(try(of, "4")) == 0 || b.admit(try(of, "2")) != 0 {
		t.Error("a browser is known for as long as another one")
	}
}

func testAttemptRefused(t *testing.T, b bench) {
	for name, broken := range map[string]login.Try{
		"no id":     {Of: "a", Limit: ten},
		"nobody":    {ID: "a", Limit: ten},
		"no limit":  {ID: "a", Of: "a"},
		"no time":   {ID: "a", Of: "a", Limit: login.Limit{Burst: 1, Every: time.Microsecond}},
		"no tokens": {ID: "a", Of: "a", Limit: login.Limit{Every: time.Second}},
		"no share":  {ID: "a", Of: "a", Browser: "b", Limit: ten, From: "c"},
		"nobody's":  {ID: "a", Of: "a", Limit: ten, From: "c", Share: ten},
	} {
		if _, _, err := b.Admit(ctx, broken); err == nil {
			t.Errorf("%s: admitted", name)
		}
	}
	if b.Welcome(ctx, try("a", ""), known) == nil || b.Welcome(ctx, try("a", "b"), login.Known{}) == nil {
		t.Error("no browser is welcome")
	}
}
