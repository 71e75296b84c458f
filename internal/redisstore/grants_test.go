package redisstore_test

import (
	"crypto/rand"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/internal/token"
	"github.com/hush-sso/hush/session"
)

func check(r token.Redemption) token.Check {
	return token.Check{Key: r.Key, JTI: r.JTI, ClientID: r.ClientID, Needs: r.Needs}
}

func testRedeem(t *testing.T, b bench) {
	h := b.active()
	code := b.code(h)
	_, _, err := b.Check(ctx, check(code))
	b.ok(err) // tokens of the implicit grant have no code behind them
	for range 2 {
		s, now, err := b.Redeem(ctx, code)
		b.ok(err)
		if s.Key != h.Key || s.UserID != record(h).UserID || s.Granted != openid || !s.TookPart {
			t.Fatalf("redeemed for %+v", s)
		}
		b.near(now.Sub(b.now()), 0)
	}
	ttl, err := b.Client().PTTL(ctx, "hush:{"+h.Key.String()+"}:used:"+code.JTI).Result()
	b.ok(err)
	b.near(ttl, 11*time.Minute)
	s, _, err := b.Check(ctx, check(code))
	b.ok(err)
	if s.SID != record(h).SID {
		t.Fatalf("checked %+v", s)
	}
}

func testRedeemRefused(t *testing.T, b bench) {
	h := b.active()
	code := b.code(h)

	old := code
	old.IssuedAt = old.IssuedAt.Add(-old.Lifetime)
	_, _, err := b.Redeem(ctx, old)
	b.is(err, token.ErrExpired)

	greedy := code
	greedy.Needs = openid.Union(oauth.NewGrants("https://api", []string{"read"}))
	_, _, err = b.Redeem(ctx, greedy)
	b.is(err, token.ErrNotGranted)

	stranger := code
	stranger.ClientID, stranger.Needs = "another", ""
	_, _, err = b.Redeem(ctx, stranger)
	b.is(err, token.ErrNotGranted)

	nowhere := code
	nowhere.Key = newHandle().Key
	_, _, err = b.Redeem(ctx, nowhere)
	b.is(err, session.Gone)

	pending := newHandle()
	b.ok(b.Create(ctx, record(pending)))
	_, _, err = b.Redeem(ctx, b.code(pending))
	b.is(err, session.Pending)

	_, _, err = b.Redeem(ctx, code) // nothing of that burnt it
	b.ok(err)
	old = code
	old.Attempt, old.IssuedAt = rand.Text(), old.IssuedAt.Add(-old.Lifetime)
	_, _, err = b.Redeem(ctx, old)
	b.is(err, token.ErrExpired)
	_, _, err = b.Check(ctx, check(code)) // and a replay too late does not revoke
	b.ok(err)
	code.Attempt = ""
	b.trouble("no attempt", func() error { _, _, err := b.Redeem(ctx, code); return err })
}

func testReplay(t *testing.T, b bench) {
	h := b.active()
	code := b.code(h)
	_, _, err := b.Redeem(ctx, code)
	b.ok(err)
	thief := code
	thief.Attempt = rand.Text()
	for range 2 {
		_, _, err = b.Redeem(ctx, thief)
		b.is(err, token.ErrReplayed)
		_, _, err = b.Check(ctx, check(code))
		b.is(err, token.ErrRevoked)
	}
	_, _, err = b.Redeem(ctx, code) // a late retry of the first gets nothing either
	b.is(err, token.ErrReplayed)
	ttl, err := b.Client().PTTL(ctx, "hush:{"+h.Key.String()+"}:used:"+code.JTI).Result()
	b.ok(err)
	b.near(ttl, code.Outlives)

	brief := b.code(h)
	brief.Outlives = time.Second
	_, _, err = b.Redeem(ctx, brief)
	b.ok(err)
	again := brief
	again.Attempt = rand.Text()
	_, _, err = b.Redeem(ctx, again)
	b.is(err, token.ErrReplayed)
	ttl, err = b.Client().PTTL(ctx, "hush:{"+h.Key.String()+"}:used:"+brief.JTI).Result()
	b.ok(err)
	b.near(ttl, 11*time.Minute) // never less than the code could be replayed in
}

func testCheck(t *testing.T, b bench) {
	h := b.active()
	c := check(b.code(h))
	c.Needs = oauth.NewGrants("https://api", []string{"read"})
	_, _, err := b.Check(ctx, c)
	b.is(err, token.ErrNotGranted)
	b.participate(h, c.Needs)
	_, now, err := b.Check(ctx, c)
	b.ok(err)
	b.near(now.Sub(b.now()), 0)
	c.ClientID = "another"
	_, _, err = b.Check(ctx, c)
	b.is(err, token.ErrNotGranted)
	// An API's scope of the same name is another grant than OpenID's own.
	_, err = b.Participate(ctx, h.Key, "another", oauth.NewGrants("https://api", []string{"openid"}))
	b.ok(err)
	c.Needs = openid
	_, _, err = b.Check(ctx, c)
	b.is(err, token.ErrNotGranted)
	_, _, err = b.End(ctx, h.Key, session.SignedOut)
	b.ok(err)
	_, _, err = b.Check(ctx, c)
	b.is(err, session.SignedOut)
}

func testRedeemRace(t *testing.T, b bench) { b.race(b.Store, b.Store) }

// Two nodes, one Redis.
func TestRedeemRaceOfNodes(t *testing.T) {
	server := redistest.Server(t)
	one, two := server.Open(), server.Open()
	bench{t, one, redistest.For(one)}.race(one, two)
}

func (b bench) race(stores ...*redisstore.Store) {
	b.t.Helper()
	const n = 100
	h := b.active()
	code := b.code(h)
	errs := parallel(n, func(i int) error {
		mine := code
		mine.Attempt = rand.Text()
		_, _, err := stores[i%len(stores)].Redeem(ctx, mine)
		return err
	})
	if first, replayed := count(errs, nil), count(errs, token.ErrReplayed); first != 1 || replayed != n-1 {
		b.t.Fatalf("%d redeemed, %d replayed: %v", first, replayed, errs)
	}
	_, _, err := b.Check(ctx, check(code))
	b.is(err, token.ErrRevoked)

	same := b.code(h)
	errs = parallel(20, func(i int) error {
		_, _, err := stores[i%len(stores)].Redeem(ctx, same)
		return err
	})
	if count(errs, nil) != 20 {
		b.t.Fatalf("one attempt sent often: %v", errs)
	}
}
