package redisstore_test

import (
	"crypto/rand"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/session"
)

// testPass: that rules passed is known of one client in one session, for as long as
// the client takes part.
func testPass(t *testing.T, b bench) {
	h := newHandle()
	b.ok(b.Create(ctx, record(h)))
	b.is(b.Pass(ctx, h.Key, app, openid, "v1"), session.Pending)
	b.ok(b.Activate(ctx, h.Key))
	passed := func(client, want string) {
		t.Helper()
		s, _, err := b.Resolve(ctx, session.Query{Handle: h, ClientID: client})
		b.ok(err)
		if s.Passed != want {
			t.Errorf("%s passed %q, want %q", client, s.Passed, want)
		}
	}
	passed(app, "")
	b.ok(b.Pass(ctx, h.Key, app, openid, "v1"))
	passed(app, "v1")
	passed("another", "")
	b.participate(h, openid)
	b.ok(b.Pass(ctx, h.Key, app, openid, ""))
	passed(app, "v1")
	b.ok(b.Pass(ctx, h.Key, app, openid, "v2"))
	passed(app, "v2")
	if s := b.resolve(h); !s.TookPart || s.Granted != openid {
		t.Errorf("holds %+v", s)
	}
	b.ok(b.Unpass(ctx, h.Key, app))
	passed(app, "")

	both := openid.Union(oauth.NewGrants("", []string{"email"}))
	for _, c := range []struct {
		version string
		granted oauth.Grants
		want    oauth.Grants
	}{{"v1", both, both}, {"v2", openid, openid}, {"v2", both, both}, {"v2", openid, both}, {"", openid, both}} {
		b.ok(b.Pass(ctx, h.Key, app, c.granted, c.version))
		if s := b.resolve(h); s.PassedFor != c.want || s.Passed == "" {
			t.Errorf("%+v: %q passed for %q", c, s.Passed, s.PassedFor)
		}
	}
	b.ok(b.Unpass(ctx, h.Key, app))

	b.ok(b.Pass(ctx, h.Key, app, openid, "v2"))
	b.ok(b.Withdraw(ctx, h.Key, app))
	b.participate(h, openid)
	passed(app, "")

	_, _, err := b.End(ctx, h.Key, session.SignedOut)
	b.ok(err)
	b.is(b.Pass(ctx, h.Key, app, openid, "v2"), session.SignedOut)
	b.ok(b.Unpass(ctx, newHandle().Key, app))
}

// testAwait: what waits is there for its time, and under its own id.
func testAwait(t *testing.T, b bench) {
	id := rand.Text()
	awaited := func(id, want string) {
		t.Helper()
		got, err := b.Awaited(ctx, id)
		b.ok(err)
		if got != want {
			t.Errorf("%s waits, want %q", got, want)
		}
	}
	awaited(id, "")
	b.ok(b.Await(ctx, id, "sealed", time.Minute))
	awaited(id, "sealed")
	awaited(id[1:], "")
	first, err := b.MarkUsed(ctx, id, rand.Text(), time.Minute)
	b.ok(err)
	if !first {
		t.Error("what waits is used already")
	}
	if left := b.Client().PTTL(ctx, "hush:{p:"+id+"}:ruled").Val(); left <= 0 || left > time.Minute {
		t.Errorf("it waits for %v", left)
	}
	for _, wrong := range []error{b.Await(ctx, "", "sealed", time.Minute), b.Await(ctx, id, "", time.Minute), b.Await(ctx, id, "sealed", 0)} {
		if wrong == nil {
			t.Error("kept without an id, a value or an end")
		}
	}
}
