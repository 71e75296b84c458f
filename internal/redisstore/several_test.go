package redisstore_test

import (
	"errors"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/session"
)

// testResolveAll: several sessions in one trip, each with its own answer; and of
// one that is over it is known to who holds the secret whether the client used it.
func testResolveAll(t *testing.T, b bench) {
	other := newHandle()
	b.ok(b.Create(ctx, record(other)))
	b.ok(b.Activate(ctx, other.Key)) // the client takes no part in it
	lives, ended, idle, lost, pending, copied := b.active(), b.active(), b.active(), b.active(), newHandle(), b.active()
	for h, why := range map[session.Handle]session.Absence{ended: session.SignedOut, other: session.Revoked} {
		_, _, err := b.End(ctx, h.Key, why)
		b.ok(err)
	}
	life := b.left(idle)
	b.age(idle, life+time.Minute)
	b.ok(b.Client().Del(ctx, "hush:{"+lost.Key.String()+"}:s").Err())
	b.ok(b.Create(ctx, record(pending)))
	copied.Secret = newHandle().Secret
	stranger := session.Handle{Key: ended.Key, Secret: newHandle().Secret}
	for _, flush := range []bool{true, false} {
		if flush {
			b.ok(b.Client().ScriptFlush(ctx).Err())
		}
		cases := []struct {
			name  string
			h     session.Handle
			err   error
			known bool
			used  bool
		}{
			{"live", lives, nil, true, true},
			{"ended", ended, session.SignedOut, true, true},
			{"ended, never used by it", other, session.Gone, true, false},
			{"idle", idle, session.Idle, true, true},
			{"lost", lost, session.Gone, false, false},
			{"pending", pending, session.Pending, true, false},
			{"another secret", copied, session.Superseded, false, false},
			{"ended, another secret", stranger, session.Gone, false, false},
		}
		var queries []session.Query
		for _, c := range cases {
			queries = append(queries, session.Query{Handle: c.h, ClientID: app, Activity: true})
		}
		var all []session.Seen
		n := redistest.Trips(b.Store, func() { all = b.ResolveAll(ctx, queries) })
		if !flush && n != 1 {
			t.Errorf("%d trips", n)
		}
		for i, c := range cases {
			if got := all[i]; !errors.Is(got.Err, c.err) || got.Known != c.known || got.Used.IsZero() == c.used || got.Now.IsZero() {
				t.Errorf("%s: %+v", c.name, got)
			}
		}
	}
}

// testChoose: the choice is later than the first use, and of two the later one is.
func testChoose(t *testing.T, b bench) {
	first, second := b.active(), b.active()
	used := func() (one, two time.Time) {
		all := b.ResolveAll(ctx, []session.Query{{Handle: first, ClientID: app}, {Handle: second, ClientID: app}})
		return all[0].Used, all[1].Used
	}
	for range 20 {
		b.ok(b.Choose(ctx, first.Key, app))
		if one, two := used(); !one.After(two) {
			t.Fatalf("the first was chosen, %v and %v", one, two)
		}
		b.ok(b.Choose(ctx, second.Key, app))
		if one, two := used(); !two.After(one) {
			t.Fatalf("the second was chosen, %v and %v", one, two)
		}
	}
	b.age(second, time.Hour)
	if one, two := used(); one.Sub(two) < 59*time.Minute || one.Sub(two) > 61*time.Minute {
		t.Errorf("aged by an hour: %v and %v", one, two)
	}
	b.ok(b.Choose(ctx, first.Key, "another"))
	if all := b.ResolveAll(ctx, []session.Query{{Handle: first, ClientID: "another"}}); all[0].Session.TookPart || !all[0].Used.IsZero() {
		t.Error("who does not take part was chosen for")
	}
	b.participate(first, openid)
	if one, two := used(); !one.After(two) {
		t.Errorf("more was granted, and the choice is lost: %v and %v", one, two)
	}
}
