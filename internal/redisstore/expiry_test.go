package redisstore_test

import (
	"errors"
	"testing"
	"time"

	"github.com/hush-sso/hush/session"
)

func isAbsence(err error) bool {
	a := session.Absence("")
	return errors.As(err, &a)
}

func testIdleExpiry(t *testing.T, b bench) {
	h := b.active()
	b.age(h, idle-time.Minute)
	b.resolve(h)
	b.age(h, time.Minute)
	b.why(h, session.Idle)
	b.is(b.Renew(ctx, h, session.Renewal{NewSecret: newSecret()}), session.Idle)
	_, err := b.Participate(ctx, h.Key, app, openid)
	b.is(err, session.Idle)
	_, _, err = b.Redeem(ctx, b.code(h))
	b.is(err, session.Idle)
	b.is(b.Activate(ctx, h.Key), session.Idle)
	b.is(b.Create(ctx, record(h)), session.Idle)
	b.age(h, 50*time.Minute)
	b.why(h, session.Idle)
	b.age(h, 10*time.Minute)
	b.why(h, session.Gone)
}

func testAbsoluteExpiry(t *testing.T, b bench) {
	h := b.active()
	expires := b.resolve(h).Expires
	for range 3 { // used often enough never to be idle
		b.age(h, 50*time.Hour)
		b.use(h, app)
	}
	if got := b.resolve(h).Expires; got.Sub(expires) > -149*time.Hour { // aged, never moved
		t.Fatalf("expires moved by %v", got.Sub(expires)+150*time.Hour)
	}
	b.near(b.left(h), 18*time.Hour)
	b.age(h, 18*time.Hour-time.Minute)
	b.use(h, app)
	b.near(b.left(h), time.Minute)
	b.age(h, time.Minute)
	b.why(h, session.Expired)
	_, _, err := b.Check(ctx, check(b.code(h)))
	b.is(err, session.Expired)
	b.age(h, 59*time.Minute)
	b.why(h, session.Expired)
	b.age(h, time.Minute)
	b.why(h, session.Gone)
}

// use resolves as activity.
func (b bench) use(h session.Handle, client string) {
	b.t.Helper()
	_, _, err := b.Resolve(ctx, session.Query{Handle: h, ClientID: client, Activity: true})
	b.ok(err)
}

func testSlide(t *testing.T, b bench) {
	h := b.active()
	const step = idle / 20

	b.age(h, step-time.Minute)
	b.use(h, app)
	b.near(b.left(h), idle-step+time.Minute) // too early

	b.age(h, 2*time.Minute)
	b.resolve(h)
	b.near(b.left(h), idle-step-time.Minute) // no activity
	b.use(h, "another")
	b.use(h, "")
	b.near(b.left(h), idle-step-time.Minute) // takes no part
	_, _, err := b.Resolve(ctx, session.Query{
		Handle: session.Handle{Key: h.Key, Secret: newSecret()}, ClientID: app, Activity: true,
	})
	b.is(err, session.Superseded)
	b.near(b.left(h), idle-step-time.Minute) // no secret

	b.use(h, app)
	b.near(b.left(h), idle)
}
