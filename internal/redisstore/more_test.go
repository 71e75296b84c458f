package redisstore_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/token"
)

func testConsents(t *testing.T, b bench) {
	user := rand.Text()
	g, err := b.Remembered(ctx, user, app)
	b.ok(err)
	if g != "" {
		t.Fatalf("remembers %q", g)
	}
	errs := parallel(30, func(i int) error {
		_, err := b.Remember(ctx, user, app, oauth.NewGrants("https://api", []string{fmt.Sprint("s", i)}))
		return err
	})
	if count(errs, nil) != len(errs) {
		t.Fatal(errs)
	}
	all, err := b.Remember(ctx, user, app, openid)
	b.ok(err)
	g, err = b.Remembered(ctx, user, app)
	b.ok(err)
	if g != all || lines(g) != 31 {
		t.Fatalf("remembers %q, returned %q", g, all)
	}
	if g, err := b.Remembered(ctx, user, "another"); g != "" || err != nil {
		t.Fatalf("another client: %q, %v", g, err)
	}
	_, err = b.Remember(ctx, user, "another", openid)
	b.ok(err)
	b.ok(b.Forget(ctx, user, app))
	b.ok(b.Forget(ctx, user, app))
	if g, err := b.Remembered(ctx, user, app); g != "" || err != nil {
		t.Fatalf("forgotten: %q, %v", g, err)
	}
	if g, err := b.Remembered(ctx, user, "another"); g != openid || err != nil {
		t.Fatalf("another client: %q, %v", g, err)
	}
}

func testParked(t *testing.T, b bench) {
	id := rand.Text()
	const n = 20
	var mu sync.Mutex
	var firsts []string
	errs := parallel(n, func(i int) error {
		attempt := rand.Text()
		first, err := b.MarkUsed(ctx, id, attempt, time.Minute)
		if first {
			mu.Lock()
			firsts = append(firsts, attempt)
			mu.Unlock()
		}
		return err
	})
	if count(errs, nil) != n || len(firsts) != 1 {
		t.Fatalf("%d first: %v", len(firsts), errs)
	}
	first, err := b.MarkUsed(ctx, id, firsts[0], time.Minute)
	b.ok(err)
	if !first {
		t.Fatal("the same attempt again is not the first")
	}
	if first, err := b.MarkUsed(ctx, id, rand.Text(), 0); first || err == nil {
		t.Fatal("marked for no time")
	}
}

func testKeys(t *testing.T, b bench) {
	b.ok(b.Client().Del(ctx, "hush:{keys}").Err())
	none, err := b.Load(ctx)
	b.ok(err)
	if none.Sealed != "" || none.Version != 0 || time.Since(none.Now).Abs() > time.Minute {
		t.Fatalf("loaded %+v", none)
	}
	b.is(b.Save(ctx, token.Kept{Version: 1}, "x"), token.ErrKeysMoved)
	const n = 10
	errs := parallel(n, func(i int) error { return b.Save(ctx, none, fmt.Sprint("keys", i)) })
	if count(errs, nil) != 1 || count(errs, token.ErrKeysMoved) != n-1 {
		t.Fatal(errs)
	}
	first, err := b.Load(ctx)
	b.ok(err)
	if first.Version != 1 {
		t.Fatalf("version %d", first.Version)
	}
	b.ok(b.Save(ctx, none, first.Sealed)) // the client sent it twice
	// After a flush versions begin anew.
	b.is(b.Save(ctx, token.Kept{Version: 1, Sealed: "of before"}, "x"), token.ErrKeysMoved)
	b.ok(b.Save(ctx, first, "more"))
	b.is(b.Save(ctx, first, "else"), token.ErrKeysMoved)
	if k, err := b.Load(ctx); k.Sealed != "more" || k.Version != 2 || err != nil {
		t.Fatalf("loaded %+v, %v", k, err)
	}
	b.ok(b.Client().HDel(ctx, "hush:{keys}", "sealed").Err())
	if _, err := b.Load(ctx); err == nil {
		t.Fatal("half of the keys is no answer")
	}
	b.ok(b.Client().Del(ctx, "hush:{keys}", "hush:{keys}:lease").Err())
	var mine atomic.Int32
	b.ok(errors.Join(parallel(n, func(i int) error {
		for range 2 { // who has it may take it again
			yes, err := b.Lease(ctx, fmt.Sprint("node", i), time.Minute)
			if err != nil {
				return err
			}
			if yes {
				mine.Add(1)
			}
		}
		return nil
	})...))
	if mine.Load() != 2 {
		t.Fatalf("leased %d times", mine.Load())
	}
	if left := b.Client().PTTL(ctx, "hush:{keys}:lease").Val(); left <= 0 || left > time.Minute {
		t.Fatalf("the lease ends in %v", left)
	}
}

func testHealth(t *testing.T, b bench) {
	b.ok(b.Ping(ctx))
	h, err := b.Health(ctx)
	b.ok(err)
	b.near(time.Since(h.Time), 0)
	b.near(h.Skew, 0)
	if h.Policy != "noeviction" {
		t.Fatalf("policy %q", h.Policy)
	}
}

func testScriptFlush(t *testing.T, b bench) {
	h := b.active()
	for _, c := range b.primaries() {
		b.ok(c.ScriptFlush(ctx).Err())
	}
	b.resolve(h)
	b.resolve(h)
}

// primaries returns a client for each node that holds keys.
func (b bench) primaries() (all []redis.Cmdable) {
	cluster, ok := b.Client().(*redis.ClusterClient)
	if !ok {
		return []redis.Cmdable{b.Client()}
	}
	var mu sync.Mutex
	b.ok(cluster.ForEachMaster(ctx, func(_ context.Context, c *redis.Client) error {
		mu.Lock()
		defer mu.Unlock()
		all = append(all, c)
		return nil
	}))
	if len(all) != 3 {
		b.t.Fatal(errors.New("not three primaries"))
	}
	return all
}
