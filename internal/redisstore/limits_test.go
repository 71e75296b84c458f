package redisstore_test

import (
	"errors"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/token"
	"github.com/hush-sso/hush/session"
)

// under is the store under another policy.
func (b bench) under(p session.Policy) bench {
	b.Store = b.Limited(p)
	return b
}

func limited(idle, lifetime time.Duration) session.Policy {
	return session.Policy{Limits: session.Limits{Idle: idle, Lifetime: lifetime}}
}

// in is a policy that differs in some groups only.
func in(groups map[string]session.Limits) session.Policy {
	p := session.Policy{Groups: map[string]session.GroupPolicy{}}
	for name, l := range groups {
		p.Groups[name] = session.GroupPolicy{Limits: l}
	}
	return p
}

// visit is a session with what can be done with it.
type visit struct {
	session.Handle
	code     token.Redemption // that can be redeemed
	redeemed token.Redemption
	refresh  token.Rotation
}

func (b bench) visit(age time.Duration) visit {
	b.t.Helper()
	v := visit{Handle: b.active()}
	v.refresh, v.redeemed = b.family(v.Handle, false), b.code(v.Handle)
	_, _, err := b.Redeem(ctx, v.redeemed)
	b.ok(err)
	b.age(v.Handle, age)
	v.code = b.code(v.Handle)
	return v
}

// ways are all in which a session is used or asked about, and what they say of it.
var ways = map[string]func(bench, visit) error{
	"resolve": func(b bench, v visit) error {
		_, _, err := b.Resolve(ctx, session.Query{Handle: v.Handle, ClientID: app, Activity: true})
		return err
	},
	"resolve with another": func(b bench, v visit) error {
		_, seen, err := b.RegistrationAndSessions(ctx, "app", []session.Query{{Handle: v.Handle, ClientID: app}})
		b.ok(err)
		return seen[0].Err
	},
	"resolve several": func(b bench, v visit) error {
		q := session.Query{Handle: v.Handle, ClientID: app}
		return b.ResolveAll(ctx, []session.Query{q, q})[1].Err
	},
	"participate": func(b bench, v visit) error { _, err := b.Participate(ctx, v.Key, app, openid); return err },
	"choose":      func(b bench, v visit) error { return b.Choose(ctx, v.Key, app) },
	"renew":       func(b bench, v visit) error { return b.Renew(ctx, v.Handle, session.Renewal{NewSecret: newSecret()}) },
	"activate":    func(b bench, v visit) error { return b.Activate(ctx, v.Key) },
	"redeem":      func(b bench, v visit) error { _, _, err := b.Redeem(ctx, v.code); return err },
	"check":       func(b bench, v visit) error { _, _, err := b.Check(ctx, check(v.redeemed)); return err },
	"peek":        func(b bench, v visit) error { _, err := b.Peek(ctx, v.refresh.Candidate); return err },
	"rotate":      func(b bench, v visit) error { _, err := b.Rotate(ctx, v.refresh); return err },
	"describe": func(b bench, v visit) error {
		all, _, err := b.Describe(ctx, v.Key)
		b.ok(err)
		if all[0].State == "" {
			return nil
		}
		return all[0].State
	},
}

// testLowered: a limit that was lowered holds at the next use, whatever that is,
// and one that was raised does not.
func testLowered(t *testing.T, b bench) {
	for name, c := range map[string]struct {
		policy session.Policy
		age    time.Duration
		want   error
	}{
		"idle":             {limited(10*time.Hour, lifetime), 10*time.Hour + time.Minute, session.Idle},
		"idle, almost":     {limited(10*time.Hour, lifetime), 10*time.Hour - time.Minute, nil},
		"idle for long":    {limited(10*time.Hour, lifetime), 40 * time.Hour, session.Idle},
		"lifetime":         {limited(idle, 20*time.Hour), 20*time.Hour + time.Minute, session.Expired},
		"lifetime, almost": {limited(idle, 20*time.Hour), 20*time.Hour - time.Minute, nil},
		"both":             {limited(time.Hour, 2*time.Hour), 3 * time.Hour, session.Expired},
		"raised":           {limited(100*time.Hour, 1000*time.Hour), 72*time.Hour + time.Minute, session.Idle},
		"its group":        {in(map[string]session.Limits{"a": {}, "staff": {Idle: 10 * time.Hour}, "staffing": {}}), 11 * time.Hour, session.Idle},
		"other groups": {in(map[string]session.Limits{"nostaff": {Idle: time.Hour}, "sta": {Idle: time.Hour}, "staffing": {Idle: time.Hour}, "st.ff": {Idle: time.Hour}}),
			11 * time.Hour, nil},
		"others but a": {session.Policy{Limits: session.Limits{Idle: time.Hour}, Groups: map[string]session.GroupPolicy{"a": {}}}, 2 * time.Hour, session.Idle},
	} {
		for way, use := range ways {
			v := b.visit(c.age)
			if err := use(b.under(c.policy), v); !errors.Is(err, c.want) {
				t.Errorf("%s, %s: %v, want %v", name, way, err, c.want)
			}
		}
	}
}

// testLoweredStays: what a lowered limit ended does not come back when it is
// raised again, nor does a session that was used meanwhile live longer for it.
func testLoweredStays(t *testing.T, b bench) {
	low := b.under(limited(10*time.Hour, 20*time.Hour))
	v := b.visit(11 * time.Hour)
	low.why(session.Handle{Key: v.Key, Secret: newSecret()}, session.Gone)
	b.resolve(v.Handle) // who does not hold the secret settles nothing
	low.why(v.Handle, session.Idle)
	b.why(v.Handle, session.Idle)
	low.why(v.Handle, session.Idle)
	b.near(b.left(v.Handle), 0) // told for an hour more

	v = b.visit(21 * time.Hour)
	low.why(v.Handle, session.Expired)
	b.why(v.Handle, session.Expired)

	v = b.visit(11 * time.Hour) // consent that is taken back stays taken back
	b.ok(low.Withdraw(ctx, v.Key, app))
	b.why(v.Handle, session.Idle)

	for _, way := range []string{"resolve", "redeem", "rotate", "renew"} {
		v = b.visit(5 * time.Hour)
		b.ok(ways[way](low, v))
		left := b.left(v.Handle)
		if left > 10*time.Hour || left < 4*time.Hour {
			t.Errorf("%s: %v left", way, left)
		}
		listed, _, err := b.Describe(ctx, v.Key)
		b.ok(err)
		b.near(listed[0].Expires.Sub(listed[0].Created), 20*time.Hour)
		b.age(v.Handle, left+time.Minute)
		if err := ways["describe"](b, v); !errors.Is(err, session.Idle) {
			t.Errorf("%s: raised again, and %v", way, err)
		}
	}
}

// testLoweredNearItsEnd: a TTL that the absolute expiry caps does not say when
// the session was used last; the record does.
func testLoweredNearItsEnd(t *testing.T, b bench) {
	h := b.active()
	for range 3 {
		b.age(h, 50*time.Hour)
		b.use(h, app)
	}
	low := b.under(limited(10*time.Hour, lifetime))
	low.resolve(h) // used just now, with 18 h to live at most
	b.age(h, 10*time.Hour+time.Minute)
	low.why(h, session.Idle)
}

// testRemembered: who asks to stay signed in lives by limits of their own, from
// the session's creation, however often they sign in.
func testRemembered(t *testing.T, b bench) {
	long := session.Limits{Idle: 14 * 24 * time.Hour, Lifetime: 30 * 24 * time.Hour}
	p := session.Policy{Remember: &long}
	r := record(newHandle())
	r.Limits, r.Remember, r.Device, r.Credential = long, true, "Chrome on Windows", "v1"
	b.ok(b.Create(ctx, r))
	b.ok(b.Activate(ctx, r.Handle.Key))
	b.participate(r.Handle, openid)
	b.age(r.Handle, 13*24*time.Hour)
	if s := b.under(p).resolve(r.Handle); !s.Remembered || s.Credential != "v1" {
		t.Errorf("%+v", s)
	}
	b.under(session.Policy{}).why(r.Handle, session.Expired) // nobody is remembered any more

	h := b.active()
	b.age(h, 24*time.Hour)
	next := session.Handle{Key: h.Key, Secret: newSecret()}
	b.ok(b.Renew(ctx, h, session.Renewal{NewSecret: next.Secret, Remember: true, Limits: long, Credential: "v2", Device: "Firefox on Linux"}))
	s := b.resolve(next) // by the record alone
	if !s.Remembered || s.Credential != "v2" {
		t.Errorf("%+v", s)
	}
	b.near(s.Expires.Sub(s.Created), long.Lifetime)
	b.near(b.left(next), long.Idle)
	listed, _, err := b.Describe(ctx, h.Key)
	b.ok(err)
	if listed[0].Device != "Firefox on Linux" {
		t.Errorf("%+v", listed)
	}

	last := session.Handle{Key: h.Key, Secret: newSecret()}
	b.age(h, 10*24*time.Hour)
	b.ok(b.Renew(ctx, next, session.Renewal{NewSecret: last.Secret, Limits: session.Limits{Idle: idle, Lifetime: lifetime}}))
	s = b.under(p).resolve(last) // older than others may get, but signed in just now
	if s.Remembered || s.Credential != "" {
		t.Errorf("%+v", s)
	}
	b.near(s.Expires.Sub(s.AuthTime), lifetime)
	b.near(b.left(last), idle)

	// And from then on by the limits of those who did not ask, once they are lower.
	p.Limits = session.Limits{Idle: 10 * time.Hour, Lifetime: 20 * time.Hour}
	b.age(last, 9*time.Hour)
	low := b.under(p)
	low.use(last, app)
	s = low.resolve(last)
	b.near(s.Expires.Sub(s.AuthTime), 20*time.Hour)
	b.age(last, 10*time.Hour-time.Minute)
	low.use(last, app)
	b.age(last, 2*time.Hour)
	low.why(last, session.Expired)
}

// testLastUse is noted when the idle expiry moves, and as often.
func testLastUse(t *testing.T, b bench) {
	h := b.active()
	b.age(h, time.Hour)
	b.use(h, app) // less than a twentieth
	used := func() time.Duration {
		s := b.resolve(h)
		return b.now().Sub(s.LastUse)
	}
	b.near(used(), time.Hour)
	b.age(h, 4*time.Hour)
	b.use(h, app)
	b.near(used(), 0)
	b.age(h, 6*time.Hour)
	b.rotate(b.family(h, false)) // not as activity
	b.near(used(), 6*time.Hour)
	r := b.family(h, false)
	r.Activity = true
	b.rotate(r)
	b.near(used(), 0)
	b.age(h, time.Hour)
	next := session.Handle{Key: h.Key, Secret: newSecret()}
	b.ok(b.Renew(ctx, h, session.Renewal{NewSecret: next.Secret}))
	h = next
	b.near(used(), 0)
}

func testChosen(t *testing.T, b bench) {
	h := newHandle()
	b.is(b.Choose(ctx, h.Key, app), session.Gone)
	h = b.active()
	b.ok(b.Choose(ctx, h.Key, "another")) // takes no part, and does not by this
	if s, _, err := b.Resolve(ctx, session.Query{Handle: h, ClientID: "another"}); err != nil || s.TookPart {
		t.Fatalf("%+v, %v", s, err)
	}
	first := b.resolve(h)
	if !first.Chosen.IsZero() {
		t.Fatalf("%+v", first)
	}
	for range 2 {
		b.age(h, time.Hour)
		b.ok(b.Choose(ctx, h.Key, app))
		s := b.resolve(h)
		b.near(b.now().Sub(s.Chosen), 0)
		if s.Granted != openid || !s.TookPart {
			t.Fatalf("%+v", s)
		}
	}
	b.age(h, time.Hour)
	b.participate(h, openid.Union("\n https://api read\n"))
	s := b.resolve(h)
	b.near(b.now().Sub(s.Chosen), time.Hour)
	b.near(b.now().Sub(s.FirstUse), 3*time.Hour)
	if lines(s.Granted) != 2 {
		t.Fatalf("granted %q", s.Granted)
	}
	_, _, err := b.Redeem(ctx, b.code(h)) // the grants of a chosen one cover as before
	b.ok(err)
}
