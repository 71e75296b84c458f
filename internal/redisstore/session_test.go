package redisstore_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/token"
	"github.com/hush-sso/hush/session"
)

func testCreate(t *testing.T, b bench) {
	h := newHandle()
	b.why(h, session.Gone)
	b.ok(b.Create(ctx, record(h)))
	b.why(h, session.Pending)
	b.ok(b.Create(ctx, record(h))) // the client sent it twice
	other := session.Handle{Key: h.Key, Secret: newSecret()}
	b.is(b.Create(ctx, record(other)), session.Pending)
	b.near(b.left(h), 15*time.Minute)

	b.ok(b.Activate(ctx, h.Key))
	b.is(b.Create(ctx, record(other)), session.Superseded)
	b.is(b.Create(ctx, record(h)), session.Superseded)
	b.resolve(h)
}

func testActivate(t *testing.T, b bench) {
	h := newHandle()
	b.is(b.Activate(ctx, h.Key), session.Gone)
	b.ok(b.Create(ctx, record(h)))
	b.ok(b.Activate(ctx, h.Key))
	b.near(b.left(h), idle)
	b.ok(b.Activate(ctx, h.Key))

	short := newHandle()
	r := record(short)
	r.Lifetime = time.Hour
	b.ok(b.Create(ctx, r))
	b.ok(b.Activate(ctx, short.Key))
	b.near(b.left(short), time.Hour) // idle, but never past the absolute expiry
}

func testPendingExpiry(t *testing.T, b bench) {
	h := newHandle()
	b.ok(b.Create(ctx, record(h)))
	b.age(h, 14*time.Minute)
	b.ok(b.Activate(ctx, h.Key))

	h = newHandle()
	b.ok(b.Create(ctx, record(h)))
	b.age(h, 16*time.Minute)
	b.is(b.Activate(ctx, h.Key), session.Idle)
	b.why(h, session.Pending)
	b.age(h, time.Hour)
	b.why(h, session.Gone)
}

func testResolve(t *testing.T, b bench) {
	h := newHandle()
	r := record(h)
	b.ok(b.Create(ctx, r))
	b.ok(b.Activate(ctx, h.Key))
	s, now, err := b.Resolve(ctx, session.Query{Handle: h, ClientID: app})
	b.ok(err)
	b.near(now.Sub(b.now()), 0)
	b.near(s.Created.Sub(now), 0)
	b.near(s.AuthTime.Sub(now), 0)
	b.near(s.Expires.Sub(s.Created), lifetime)
	want := session.Session{
		Key: h.Key, SID: r.SID, UserID: r.UserID, ACR: r.ACR, AMR: r.AMR, Group: r.Group,
		AuthTime: s.AuthTime, Created: s.Created, Expires: s.Expires, LastUse: s.AuthTime,
	}
	if !reflect.DeepEqual(s, want) {
		t.Fatalf("got %+v\nwant %+v", s, want)
	}

	b.participate(h, openid)
	s = b.resolve(h)
	if !s.TookPart || s.Granted != openid {
		t.Fatalf("took part %v, granted %q", s.TookPart, s.Granted)
	}
	b.near(s.FirstUse.Sub(now), 0)
	for _, other := range []string{"", "another"} {
		s, _, err := b.Resolve(ctx, session.Query{Handle: h, ClientID: other})
		b.ok(err)
		if s.TookPart || s.Granted != "" || !s.FirstUse.IsZero() {
			t.Fatalf("client %q took part: %+v", other, s)
		}
	}
}

func testRenew(t *testing.T, b bench) {
	h := b.active()
	b.age(h, 50*time.Hour)
	before := b.resolve(h)
	next := session.Handle{Key: h.Key, Secret: newSecret()}
	renewal := session.Renewal{NewSecret: next.Secret, ACR: "urn:more", AMR: []string{"hwk"}}
	b.ok(b.Renew(ctx, h, renewal))
	b.ok(b.Renew(ctx, h, renewal)) // the client sent it twice
	s := b.resolve(next)
	if s.ACR != "urn:more" || len(s.AMR) != 1 || s.AMR[0] != "hwk" || s.UserID != before.UserID || s.Granted != openid {
		t.Fatalf("renewed to %+v", s)
	}
	b.near(s.AuthTime.Sub(before.AuthTime), 50*time.Hour)
	if !s.Expires.Equal(before.Expires) || !s.Created.Equal(before.Created) {
		t.Fatal("created or expires moved")
	}
	b.near(b.left(h), idle) // a sign-in is activity

	b.is(b.Renew(ctx, h, session.Renewal{NewSecret: newSecret()}), session.Superseded)
	b.is(b.Renew(ctx, session.Handle{Key: h.Key, Secret: newSecret()}, session.Renewal{NewSecret: newSecret()}), session.Superseded)
	b.is(b.Renew(ctx, newHandle(), renewal), session.Gone)
	b.resolve(next)
}

// sees checks which sign-in a handle is told of, and how long ago it was.
func (b bench) sees(h session.Handle, acr string, age time.Duration) {
	b.t.Helper()
	s, now, err := b.Resolve(ctx, session.Query{Handle: h, ClientID: app})
	b.ok(err)
	if amr := map[string]string{"urn:acr": "pwd otp", "urn:more": "hwk"}[acr]; s.ACR != acr || strings.Join(s.AMR, " ") != amr || !s.TookPart {
		b.t.Fatalf("it is told of %q by %v", s.ACR, s.AMR)
	}
	b.near(now.Sub(s.AuthTime), age)
}

// testPreviousSecret: it reads for a while, and sees the session as it was.
func testPreviousSecret(t *testing.T, b bench) {
	h := b.active()
	b.age(h, time.Hour)
	next := session.Handle{Key: h.Key, Secret: newSecret()}
	b.ok(b.Renew(ctx, h, session.Renewal{NewSecret: next.Secret, ACR: "urn:more", AMR: []string{"hwk"}}))
	b.sees(h, "urn:acr", time.Hour)
	b.age(h, 3*time.Second)
	b.sees(h, "urn:acr", time.Hour)
	other := b.active() // renewed by a server of before, which kept nothing of it
	b.ok(b.Renew(ctx, other, session.Renewal{NewSecret: newSecret(), ACR: "urn:more"}))
	b.ok(b.Client().HDel(ctx, "hush:{"+other.Key.String()+"}:s", "atp", "acrp", "amrp").Err())
	b.why(other, session.Superseded)
	b.age(h, 15*time.Second)
	b.why(h, session.Superseded)
	b.resolve(next)

	b.sees(next, "urn:more", 18*time.Second)

	// The reason of an end goes by the same rule.
	h, last := next, session.Handle{Key: h.Key, Secret: newSecret()}
	b.ok(b.Renew(ctx, h, session.Renewal{NewSecret: last.Secret}))
	_, _, err := b.End(ctx, h.Key, session.SignedOut)
	b.ok(err)
	b.why(h, session.SignedOut)
	b.age(h, 15*time.Second)
	b.why(h, session.Gone)
	b.why(last, session.SignedOut)
}

func testParticipate(t *testing.T, b bench) {
	h := newHandle()
	_, err := b.Participate(ctx, h.Key, app, openid)
	b.is(err, session.Gone)
	b.ok(b.Create(ctx, record(h)))
	_, err = b.Participate(ctx, h.Key, app, openid)
	b.is(err, session.Pending)
	b.ok(b.Activate(ctx, h.Key))

	g, err := b.Participate(ctx, h.Key, app, "")
	b.ok(err)
	if s := b.resolve(h); g != "" || !s.TookPart || s.Granted != "" {
		t.Fatalf("nothing granted: %q, %+v", g, s)
	}
	b.age(h, time.Hour)
	first := b.resolve(h).FirstUse
	more := oauth.NewGrants("https://api", []string{"read", "write"})
	b.participate(h, openid)
	b.participate(h, openid)
	g, err = b.Participate(ctx, h.Key, app, more)
	b.ok(err)
	s := b.resolve(h)
	if want := openid.Union(more); g != want || s.Granted != want {
		t.Fatalf("returned %q, holds %q, want %q", g, s.Granted, want)
	}
	if !s.FirstUse.Equal(first) {
		t.Fatal("first use moved")
	}
	// One scope that is the end of another, or has characters of a pattern.
	odd := oauth.NewGrants("https://api", []string{"ead", "%d+", "write.all"})
	g, err = b.Participate(ctx, h.Key, app, odd)
	b.ok(err)
	if lines(g) != 6 || !g.Covers(odd) {
		t.Fatalf("union %q", g)
	}
	if _, err := b.Participate(ctx, h.Key, "", openid); err == nil {
		t.Fatal("a client without a name took part")
	}
}

func testWithdraw(t *testing.T, b bench) {
	h := b.active()
	_, err := b.Participate(ctx, h.Key, "another", openid)
	b.ok(err)
	code := b.code(h)
	_, _, err = b.Redeem(ctx, code)
	b.ok(err)
	for range 2 {
		b.ok(b.Withdraw(ctx, h.Key, app))
	}
	if s := b.resolve(h); s.TookPart || s.Granted != "" {
		t.Fatalf("still takes part: %+v", s)
	}
	if s, _, err := b.Resolve(ctx, session.Query{Handle: h, ClientID: "another"}); err != nil || !s.TookPart {
		t.Fatalf("another client: %+v, %v", s, err)
	}
	_, _, err = b.Check(ctx, check(code))
	b.is(err, token.ErrNotGranted)

	b.ok(b.Withdraw(ctx, newHandle().Key, app))
	_, _, err = b.End(ctx, h.Key, session.SignedOut)
	b.ok(err)
	b.ok(b.Withdraw(ctx, h.Key, "another"))
	_, _, err = b.Resolve(ctx, session.Query{Handle: h, ClientID: "another"})
	b.is(err, session.SignedOut)
	b.why(h, session.Gone) // app was withdrawn before: how it ended is not told
	took, err := b.Client().HExists(ctx, "hush:{"+h.Key.String()+"}:s", "c:another").Result()
	b.ok(err)
	if !took {
		t.Fatal("the tombstone forgot who took part")
	}
}

func testParticipateRace(t *testing.T, b bench) {
	h := b.active()
	const n = 50
	errs := parallel(n, func(i int) error {
		_, err := b.Participate(ctx, h.Key, app, oauth.NewGrants("https://api", []string{fmt.Sprint("s", i)}))
		return err
	})
	if count(errs, nil) != n {
		t.Fatal(errs)
	}
	if g := b.resolve(h).Granted; lines(g) != n+1 {
		t.Fatalf("%d grants, want %d", lines(g), n+1)
	}
}

func testEnd(t *testing.T, b bench) {
	h := b.active()
	_, err := b.Participate(ctx, h.Key, "another", openid)
	b.ok(err)
	b.ok(b.Choose(ctx, h.Key, app))
	for range 2 { // the second call is one whose reply was lost
		ended, kept, err := b.End(ctx, h.Key, session.Revoked)
		b.ok(err)
		want := session.Ended{Key: h.Key, SID: record(h).SID, UserID: record(h).UserID, Group: "staff", Clients: []string{"another", app}}
		if kept || !reflect.DeepEqual(ended, want) {
			t.Fatalf("ended %+v, want %+v", ended, want)
		}
	}
	b.why(h, session.Revoked)
	b.near(b.left(h), 0)
	fields, err := b.Client().HGetAll(ctx, "hush:{"+h.Key.String()+"}:s").Result()
	b.ok(err)
	for name := range fields {
		switch name {
		case "st", "why", "h", "uid", "sid", "grp", "c:" + app, "c:another":
		default:
			t.Errorf("tombstone keeps %s", name)
		}
	}
	if len(fields) != 8 {
		t.Errorf("tombstone holds %v", fields)
	}
	if ended, _, err := b.End(ctx, newHandle().Key, session.Revoked); ended.UserID != "" || err != nil {
		t.Fatalf("ended nothing: %+v, %v", ended, err)
	}
	if _, _, err := b.End(ctx, h.Key, session.Idle); err == nil {
		t.Fatal("idle is no way to end a session")
	}
}

func testTombstone(t *testing.T, b bench) {
	never, pending, idled := newHandle(), newHandle(), b.active()
	b.ok(b.Create(ctx, record(pending)))
	b.age(idled, 73*time.Hour-30*time.Minute)
	for name, h := range map[string]session.Handle{"never": never, "pending": pending, "idle": idled, "active": b.active()} {
		_, _, err := b.End(ctx, h.Key, session.UserDisabled)
		b.ok(err)
		_, _, err = b.End(ctx, h.Key, session.SignedOut)
		b.ok(err)
		b.is(b.Create(ctx, record(h)), session.UserDisabled)
		b.is(b.Activate(ctx, h.Key), session.UserDisabled)
		b.is(b.Renew(ctx, h, session.Renewal{NewSecret: newSecret()}), session.UserDisabled)
		_, err = b.Participate(ctx, h.Key, app, openid)
		b.is(err, session.UserDisabled)
		_, _, err = b.Redeem(ctx, b.code(h))
		b.is(err, session.UserDisabled)
		// Only who took part learns how it ended.
		told := session.Gone
		if name == "active" || name == "idle" {
			told = session.UserDisabled
		}
		b.why(h, told)
		_, _, err = b.Resolve(ctx, session.Query{Handle: h, ClientID: "stranger"})
		b.is(err, session.Gone)
		b.near(b.left(h), 0)
		if t.Failed() {
			t.Fatal(name)
		}
	}
	b.age(never, time.Hour)
	b.why(never, session.Gone)
}

func testWrongSecret(t *testing.T, b bench) {
	wrong := func(h session.Handle) session.Handle { return session.Handle{Key: h.Key, Secret: newSecret()} }
	h := b.active()
	b.why(wrong(h), session.Superseded)
	b.age(h, time.Hour*72)
	b.why(h, session.Idle)
	b.why(wrong(h), session.Gone)
	_, _, err := b.End(ctx, h.Key, session.SignedOut)
	b.ok(err)
	b.why(h, session.SignedOut)
	b.why(wrong(h), session.Gone)

	h = newHandle()
	b.ok(b.Create(ctx, record(h)))
	b.why(wrong(h), session.Gone)
	b.why(wrong(newHandle()), session.Gone)
}

func testCorrupt(t *testing.T, b bench) {
	for _, field := range []string{"st", "ex", "idle", "h", "uid", "sid", "at", "cr"} {
		h := b.active()
		b.ok(b.Client().HDel(ctx, "hush:{"+h.Key.String()+"}:s", field).Err())
		b.trouble(field, func() error {
			_, _, err := b.Resolve(ctx, session.Query{Handle: h, ClientID: app})
			return err
		})
		b.trouble(field, func() error { _, err := b.Participate(ctx, h.Key, app, openid); return err })
		_, _, err := b.End(ctx, h.Key, session.Revoked)
		b.ok(err)
	}
	h := b.active()
	b.ok(b.Client().Persist(ctx, "hush:{"+h.Key.String()+"}:s").Err())
	b.trouble("ttl", func() error { return b.Activate(ctx, h.Key) })
	b.ok(b.Client().Set(ctx, "hush:{"+h.Key.String()+"}:s", "text", time.Minute).Err())
	b.trouble("type", func() error { return b.Activate(ctx, h.Key) })
}

// trouble requires an error that is no Absence.
func (b bench) trouble(what string, f func() error) {
	b.t.Helper()
	err := f()
	if err == nil || isAbsence(err) {
		b.t.Fatalf("%s: error %v, want trouble", what, err)
	}
}
