package redisstore_test

import (
	"crypto/rand"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/session"
)

// testDescribe: a session is told of without its secret, by one pipeline, and
// nothing of that changes it.
func testDescribe(t *testing.T, b bench) {
	h := b.active()
	_, err := b.Participate(ctx, h.Key, "another", oauth.NewGrants("https://api", []string{"read"}))
	b.ok(err)
	b.ok(b.Choose(ctx, h.Key, app))
	over, pending, broken := b.active(), newHandle(), b.active()
	_, _, err = b.End(ctx, over.Key, session.SignedOut)
	b.ok(err)
	b.ok(b.Create(ctx, record(pending)))
	b.ok(b.Client().HDel(ctx, "hush:{"+broken.Key.String()+"}:s", "ex").Err())
	before := b.left(h)
	var all []session.Listed
	_, _, err = b.Describe(ctx, h.Key, over.Key) // teaches the script
	b.ok(err)
	n := redistest.Trips(b.Store, func() {
		all, _, err = b.Describe(ctx, h.Key, over.Key, newHandle().Key, pending.Key, broken.Key)
		b.ok(err)
	})
	if _, cluster := b.Client().(*redis.ClusterClient); !cluster && n != 1 {
		t.Errorf("%d trips", n)
	}
	s := b.resolve(h)
	apps := []session.App{
		{ClientID: "another", FirstUse: all[0].Apps[0].FirstUse, Granted: "\nhttps://api read\n"},
		{ClientID: app, FirstUse: s.FirstUse, Chosen: s.Chosen, Granted: openid},
	}
	s.TookPart, s.FirstUse, s.Chosen, s.Granted = false, time.Time{}, time.Time{}, ""
	b.same(all[0], session.Listed{Session: s, Apps: apps})
	b.near(b.left(h), before)

	want := []session.Absence{"", session.SignedOut, session.Gone, session.Pending, session.Damaged}
	for i, l := range all {
		if l.State != want[i] {
			t.Errorf("state %q, want %q", l.State, want[i])
		}
	}
	if l := all[1]; l.UserID != record(over).UserID || l.Group != "staff" || len(l.Apps) != 1 || !l.AuthTime.IsZero() {
		t.Errorf("tombstone %+v", l)
	}
}

// testListPages: the list comes in parts, the latest to expire first, each
// session once, whatever leaves it in between.
func testListPages(t *testing.T, b bench) {
	user, start := rand.Text(), time.Now().Add(time.Hour)
	var keys []session.Key
	for i := range 25 { // several of the same ms
		keys = append(keys, newHandle().Key)
		b.ok(b.enlist(user, "", keys[i], start.Add(-time.Duration(i/4)*time.Second)))
	}
	b.ok(b.enlist(user, "", newHandle().Key, time.Now().Add(-2*time.Hour))) // forgotten
	var got []session.Key
	for after, parts := "", 0; ; parts++ {
		part, next, err := b.List(ctx, user, session.Page{After: after, Limit: 3})
		b.ok(err)
		got = append(got, part...)
		if next == "" {
			break
		}
		b.ok(b.Delist(ctx, user, part[len(part)-1])) // that the next part is found by
		if after = next; parts > 20 || len(part) != 3 {
			t.Fatalf("%d parts, the last of %d", parts, len(part))
		}
	}
	for i := 0; i < len(keys); i += 4 { // those of one ms stand in any order
		slices.SortFunc(keys[i:min(i+4, len(keys))], compareKeys)
		slices.SortFunc(got[i:min(i+4, len(got))], compareKeys)
	}
	if !slices.Equal(got, keys) {
		t.Errorf("got %v\nwant %v", got, keys)
	}
	if part, next, err := b.List(ctx, rand.Text(), session.Page{Limit: 3}); len(part) != 0 || next != "" || err != nil {
		t.Errorf("of nobody: %v, %q, %v", part, next, err)
	}
	for _, after := range []string{"x", "1", "1.", ".x", "1." + keys[0].String() + "x", "(1." + keys[0].String(), "inf." + keys[0].String()} {
		if _, _, err := b.List(ctx, user, session.Page{After: after, Limit: 3}); err == nil {
			t.Errorf("a list begins at %q", after)
		}
	}
}

func compareKeys(a, b session.Key) int { return slices.Compare(a[:], b[:]) }

// testRememberedOnTheList: a session that lives longer from now on stays listed for
// as long.
func testRememberedOnTheList(t *testing.T, b bench) {
	long := session.Limits{Idle: 14 * 24 * time.Hour, Lifetime: 30 * 24 * time.Hour}
	m, user := session.NewManager(b, b, session.Policy{Remember: &long}), rand.Text()
	h, err := m.Start(ctx, session.SignIn{UserID: user})
	b.ok(err)
	b.ok(m.Activate(ctx, h.Key))
	_, err = m.Start(ctx, session.SignIn{UserID: user, Current: h, Remember: true})
	b.ok(err)
	until, err := b.Client().ZScore(ctx, b.userKey(user, "sessions"), h.Key.String()).Result()
	b.ok(err)
	b.near(time.UnixMilli(int64(until)).Sub(b.now()), long.Lifetime)
	ttl, err := b.Client().PTTL(ctx, b.userKey(user, "sessions")).Result()
	b.ok(err)
	b.near(ttl, long.Lifetime+time.Hour)
}

// testFull: a place on the list is taken once.
func testFull(t *testing.T, b bench) {
	user := rand.Text()
	entry := func(over ...session.Key) session.Entry {
		return session.Entry{UserID: user, Key: newHandle().Key, Expires: time.Now().Add(lifetime), Most: 2, Over: over}
	}
	one, two, three := entry(), entry(), entry()
	for _, e := range []session.Entry{one, two, one, two} { // each sent twice
		_, err := b.Enlist(ctx, e)
		b.ok(err)
	}
	members, err := b.Enlist(ctx, three)
	b.is(err, session.ErrFull)
	if len(members) != 2 || !members[0].New || !members[1].New {
		t.Fatalf("%+v", members)
	}
	three.Over = []session.Key{two.Key}
	_, err = b.Enlist(ctx, three)
	b.ok(err)
	_, err = b.Enlist(ctx, entry(two.Key))
	b.is(err, session.ErrFull) // two is over, one and three are not
	b.ok(b.Delist(ctx, user, three.Key))
	_, err = b.Enlist(ctx, entry(two.Key))
	b.ok(err)

	// A record that is not there yet is told from one that no longer is.
	b.ok(b.Client().Del(ctx, b.userKey(user, "new")).Err())
	members, err = b.Enlist(ctx, entry())
	b.is(err, session.ErrFull)
	for _, m := range members {
		if m.New {
			t.Errorf("%+v", m)
		}
	}
}

// countLive counts the sessions on a list that live or are about to. It reads more
// keys than it names, which a Cluster would refuse. KEYS: the list.
var countLive = redis.NewScript(`
local n = 0
for _, key in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  local st = redis.call('HGET', 'hush:{' .. key .. '}:s', 'st')
  if st == 'active' or st == 'pending' then n = n + 1 end
end
return n
`)

// testPlacesRace: however many sign in at once, no more than the limit live at any
// time, and so many stay.
func testPlacesRace(t *testing.T, b bench) {
	const most, n = 3, 40
	for _, full := range []session.WhenFull{session.EndOldest, session.RefuseNew} {
		m := session.NewManager(b, b, session.Policy{MaxPerUser: most, WhenFull: full})
		user, done := rand.Text(), make(chan struct{})
		var peak atomic.Int64
		go func() {
			defer close(done)
			for _, cluster := b.Client().(*redis.ClusterClient); !cluster && peak.Load() >= 0; {
				live, err := countLive.Run(ctx, b.Client(), []string{b.userKey(user, "sessions")}).Int64()
				if err != nil {
					t.Error(err)
					return
				}
				if held := peak.Load(); held >= 0 && live > held {
					peak.CompareAndSwap(held, live)
				}
			}
		}()
		handles := make([]session.Handle, n)
		errs := parallel(n, func(i int) error {
			h, err := m.Start(ctx, session.SignIn{UserID: user, Group: "staff"})
			if err == nil {
				handles[i] = h
				err = m.Activate(ctx, h.Key)
			}
			return err
		})
		highest := peak.Swap(-1)
		<-done
		live := 0
		for i, h := range handles {
			if _, _, err := b.Resolve(ctx, session.Query{Handle: h}); err == nil {
				live++
			}
			if err := errs[i]; err != nil && !errors.Is(err, session.ErrFull) && !errors.Is(err, session.Displaced) {
				t.Errorf("sign-in: %v", err)
			}
		}
		if live != most || highest > most {
			t.Errorf("when full %v: %d live, %d at once", full, live, highest)
		}
		if refused := count(errs, session.ErrFull); full == session.RefuseNew && refused != n-most || full == session.EndOldest && refused != 0 {
			t.Errorf("when full %v: %d refused", full, refused)
		}
	}
}
