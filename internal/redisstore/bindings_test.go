package redisstore_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hush-sso/hush/session"
)

const site = "https://shop.test"

// renewal is a binding for app's pages in frames of site.
var renewal = session.Binding{Scope: session.Scope{ClientID: app, Site: site}, Life: 24 * time.Hour}

// bind makes a binding of the session of h and returns what opens it.
func (b bench) bind(h session.Handle, of session.Binding) session.Handle {
	b.t.Helper()
	bound := session.Handle{Key: h.Key, Secret: newSecret()}
	_, _, made, err := b.Bind(ctx, bound, of)
	b.ok(err)
	if !made {
		b.t.Fatal("no binding was made")
	}
	return bound
}

// opens returns what a binding's secret shows to app in a scope.
func (b bench) opens(h session.Handle, in session.Scope) (session.Session, error) {
	b.t.Helper()
	s, _, err := b.Resolve(ctx, session.Query{Handle: h, ClientID: app, Scope: in, Activity: true})
	if err != nil && (s.UserID != "" || s.SID != "") {
		b.t.Fatalf("resolve gave away %+v", s)
	}
	return s, err
}

func (b bench) stays(h session.Handle, in session.Scope) session.Session {
	b.t.Helper()
	s, err := b.opens(h, in)
	b.ok(err)
	return s
}

func (b bench) shut(h session.Handle, in session.Scope, want error) {
	b.t.Helper()
	_, err := b.opens(h, in)
	b.is(err, want)
}

func testBind(t *testing.T, b bench) {
	h := b.active()
	bound := session.Handle{Key: h.Key, Secret: newSecret()}
	for range 2 { // the client sent it twice
		s, now, made, err := b.Bind(ctx, bound, renewal)
		b.ok(err)
		if !made || s.UserID != "user-"+h.Key.String() || !s.TookPart {
			t.Fatalf("made %v for %+v", made, s)
		}
		b.near(now.Sub(b.now()), 0)
	}
	if got := b.stays(bound, renewal.Scope); got.Key != h.Key || got.ACR != "urn:acr" || got.Granted != openid {
		t.Fatalf("it shows %+v", got)
	}
	host := b.bind(h, session.Binding{Scope: session.Scope{Host: "login.shop.test"}})
	b.stays(host, session.Scope{Host: "login.shop.test"})
	b.resolve(h) // which is as good as before

	all := b.ResolveAll(ctx, []session.Query{
		{Handle: h, ClientID: app}, {Handle: bound, ClientID: app, Scope: renewal.Scope}, {Handle: bound, ClientID: app},
	})
	b.ok(all[0].Err)
	b.ok(all[1].Err)
	b.is(all[2].Err, session.Superseded)

	for _, absent := range []struct {
		h   session.Handle
		why error
	}{{newHandle(), session.Gone}, {b.pending(), session.Pending}} {
		_, _, made, err := b.Bind(ctx, absent.h, renewal)
		b.is(err, absent.why)
		if made {
			t.Fatal("it says that one was made")
		}
	}
	other := renewal
	other.Scope.ClientID = "never took part"
	_, _, _, err := b.Bind(ctx, h, other)
	b.is(err, session.Gone)
}

func (b bench) pending() session.Handle {
	b.t.Helper()
	h := newHandle()
	b.ok(b.Create(ctx, record(h)))
	return h
}

// A binding's secret is good for its own scope and for nothing else.
func testBindingScope(t *testing.T, b bench) {
	h := b.active()
	_, err := b.Participate(ctx, h.Key, "other", openid)
	b.ok(err)
	bound, host := b.bind(h, renewal), b.bind(h, session.Binding{Scope: session.Scope{Host: "login.shop.test"}})
	for name, wrong := range map[string]struct {
		h  session.Handle
		in session.Scope
	}{
		"as the session's own":         {bound, session.Scope{}},
		"of another client":            {bound, session.Scope{ClientID: "other", Site: site}},
		"on another site":              {bound, session.Scope{ClientID: app, Site: "https://evil.test"}},
		"on no site":                   {bound, session.Scope{ClientID: app}},
		"as a host's":                  {bound, session.Scope{Host: "login.shop.test"}},
		"as that of a host like it":    {bound, session.Scope{Host: app}},
		"a host's, as the session's":   {host, session.Scope{}},
		"a host's, of another":         {host, session.Scope{Host: "login.evil.test"}},
		"a host's, for a client":       {host, renewal.Scope},
		"the session's own, in a site": {h, renewal.Scope},
		"the session's own, at a host": {h, session.Scope{Host: "login.shop.test"}},
		"made up":                      {session.Handle{Key: h.Key, Secret: newSecret()}, renewal.Scope},
		"none":                         {session.Handle{Key: h.Key}, renewal.Scope},
	} {
		t.Run(name, func(t *testing.T) {
			b.t = t
			b.shut(wrong.h, wrong.in, session.Superseded)
		})
	}
	b.is(b.Renew(ctx, bound, session.Renewal{NewSecret: newSecret()}), session.Superseded)
}

func testBindingLife(t *testing.T, b bench) {
	h := b.active()
	bound := b.bind(h, renewal)
	fresh := renewal
	fresh.FreshFor = 12 * time.Hour
	unmade := func() {
		t.Helper()
		_, _, made, err := b.Bind(ctx, session.Handle{Key: h.Key, Secret: newSecret()}, fresh)
		b.ok(err)
		if made {
			t.Fatal("another one was made beside one that is fresh")
		}
	}
	unmade()
	b.age(h, 11*time.Hour)
	unmade()
	elsewhere := fresh
	elsewhere.Scope.Site = "https://shop.example"
	b.bind(h, elsewhere) // that of another site is none
	b.age(h, 2*time.Hour)
	b.stays(bound, renewal.Scope)
	next := b.bind(h, fresh)
	b.age(h, 10*time.Hour)
	b.stays(bound, renewal.Scope)
	b.age(h, 2*time.Hour)
	b.shut(bound, renewal.Scope, session.Superseded) // over, and the session is not
	b.stays(next, renewal.Scope)

	h = b.active()
	in := session.Scope{Host: "login.shop.test"}
	host := b.bind(h, session.Binding{Scope: in})
	for range 2 {
		b.age(h, 30*time.Hour)
		b.stays(host, in) // its use keeps the session
	}
	b.age(h, idle)
	b.resolveEnds(h, host, in)
}

// resolveEnds checks that a binding whose life is the session's tells how it ended.
func (b bench) resolveEnds(h, bound session.Handle, in session.Scope) {
	b.t.Helper()
	b.why(h, session.Idle)
	b.shut(bound, in, session.Idle)
	b.shut(session.Handle{Key: h.Key, Secret: newSecret()}, in, session.Gone)
	b.age(h, time.Hour)
	b.shut(bound, in, session.Gone)
}

// What was taken before the user showed more must not be worth more by it, nor
// look like the user's new password.
func testBindingSignIn(t *testing.T, b bench) {
	h := b.active()
	old := b.bind(h, renewal)
	b.age(h, time.Hour)
	next := session.Handle{Key: h.Key, Secret: newSecret()}
	b.ok(b.Renew(ctx, h, session.Renewal{NewSecret: next.Secret, ACR: "urn:more", AMR: []string{"hwk"}, Credential: "v2"}))

	s, now, err := b.Resolve(ctx, session.Query{Handle: old, ClientID: app, Scope: renewal.Scope})
	b.ok(err)
	if s.ACR != "urn:acr" || strings.Join(s.AMR, " ") != "pwd otp" || s.Credential != "" {
		t.Fatalf("the old one shows %+v", s)
	}
	b.near(now.Sub(s.AuthTime), time.Hour)
	if s := b.stays(b.bind(next, renewal), renewal.Scope); s.ACR != "urn:more" || s.Credential != "v2" {
		t.Fatalf("a new one shows %+v", s)
	}
}

// A binding is made under a sign-in that is known: the last one, or that of a
// binding of the site.
func testBindingEvidence(t *testing.T, b bench) {
	h := b.active()
	before := b.resolve(h).AuthTime
	b.age(h, time.Hour)
	before = before.Add(-time.Hour)
	old := b.bind(h, renewal)
	next := session.Handle{Key: h.Key, Secret: newSecret()}
	b.ok(b.Renew(ctx, h, session.Renewal{NewSecret: next.Secret, ACR: "urn:more", AMR: []string{"hwk"}}))

	of := renewal
	of.AuthTime = before
	if s := b.stays(b.bind(h, of), of.Scope); s.ACR != "urn:acr" || !s.AuthTime.Equal(before) {
		t.Fatalf("under the sign-in of the old one it shows %+v", s)
	}
	of.AuthTime = b.resolve(next).AuthTime
	if s := b.stays(b.bind(h, of), of.Scope); s.ACR != "urn:more" {
		t.Fatalf("under the last sign-in it shows %+v", s)
	}
	for name, wrong := range map[string]session.Binding{
		"a sign-in that is not known": {Scope: renewal.Scope, AuthTime: before.Add(-time.Minute)},
		"that of another site":        {Scope: session.Scope{ClientID: app, Site: "https://evil.test"}, AuthTime: before},
	} {
		_, _, made, err := b.Bind(ctx, session.Handle{Key: h.Key, Secret: newSecret()}, wrong)
		b.ok(err)
		if made {
			t.Errorf("%s: one was made", name)
		}
	}
	b.stays(old, renewal.Scope)
}

func testBindingsAreFew(t *testing.T, b bench) {
	h := b.active()
	elsewhere := renewal
	elsewhere.Scope.Site = "https://shop.example"
	other := b.bind(h, elsewhere)
	var of []session.Handle
	for range 4 {
		of = append(of, b.bind(h, renewal))
	}
	b.stays(other, elsewhere.Scope) // it is older, but of another site
	b.shut(of[0], renewal.Scope, session.Superseded)
	for _, kept := range of[1:] {
		b.stays(kept, renewal.Scope)
	}
	third := renewal
	third.Scope.Site = "https://third.test"
	b.stays(b.bind(h, third), third.Scope)
	b.shut(other, elsewhere.Scope, session.Superseded) // the oldest of all
	b.bind(h, session.Binding{Scope: session.Scope{Host: "login.shop.test"}})
	b.stays(of[1], renewal.Scope) // hosts and other clients have their own room
}

// What ends a session, or a client's part in it, ends its bindings and says why.
func testBindingEnds(t *testing.T, b bench) {
	for _, why := range []session.Absence{session.SignedOut, session.Revoked, session.UserDisabled, session.PasswordChanged, session.Replaced, session.Displaced} {
		h := b.active()
		bound := b.bind(h, renewal)
		_, _, err := b.End(ctx, h.Key, why)
		b.ok(err)
		b.shut(bound, renewal.Scope, why)
		b.shut(session.Handle{Key: h.Key, Secret: newSecret()}, renewal.Scope, session.Gone)
		b.shut(bound, session.Scope{}, session.Gone)
		_, _, _, err = b.Bind(ctx, bound, renewal)
		b.is(err, why)
	}
	h := b.active()
	bound := b.bind(h, renewal)
	_, err := b.Participate(ctx, h.Key, "other", openid)
	b.ok(err)
	other := renewal
	other.Scope.ClientID = "other"
	of := b.bind(h, other)
	b.ok(b.Withdraw(ctx, h.Key, app))
	b.participate(h, openid) // allowed anew: what was taken before does not come back
	b.shut(bound, renewal.Scope, session.Superseded)
	b.stays(of, other.Scope)
}

func testBindRace(t *testing.T, b bench) {
	h := b.active()
	fresh := renewal
	fresh.FreshFor = time.Hour
	var (
		work sync.WaitGroup
		mu   sync.Mutex
		made []session.Handle
	)
	for range 8 {
		work.Go(func() {
			bound := session.Handle{Key: h.Key, Secret: newSecret()}
			_, _, ok, err := b.Bind(ctx, bound, fresh)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			if ok {
				made = append(made, bound)
			}
		})
	}
	work.Wait()
	if len(made) != 1 {
		t.Fatalf("%d bindings were made at once", len(made))
	}
	b.stays(made[0], renewal.Scope)

	var all []session.Handle
	for range 12 {
		work.Go(func() {
			bound := b.bind(h, renewal)
			mu.Lock()
			defer mu.Unlock()
			all = append(all, bound)
		})
	}
	work.Wait()
	open := 0
	for _, bound := range all {
		if _, err := b.opens(bound, renewal.Scope); err == nil {
			open++
		} else if !errors.Is(err, session.Superseded) {
			t.Error(err)
		}
	}
	if open != session.Room {
		t.Fatalf("%d bindings stand of %d", open, session.Room)
	}
}

// Who redeems or refreshes is told when the latest binding of its site was made.
func testBoundIsTold(t *testing.T, b bench) {
	h := b.active()
	redeem := func(site string) time.Time {
		t.Helper()
		code := b.code(h)
		code.Site = site
		s, _, err := b.Redeem(ctx, code)
		b.ok(err)
		return s.Bound
	}
	r := b.family(h, false)
	peek := func(site string) time.Time {
		t.Helper()
		r.Site = site
		s, err := b.Peek(ctx, r.Candidate)
		b.ok(err)
		return s.Bound
	}
	none := func() {
		t.Helper()
		for _, site := range []string{"", site, "https://shop.example"} {
			if at := redeem(site); !at.IsZero() {
				t.Errorf("a code of %q is told of %v", site, at)
			}
			if at := peek(site); !at.IsZero() {
				t.Errorf("a refresh at %q is told of %v", site, at)
			}
		}
	}
	none()
	b.bind(h, renewal)
	b.ok(b.kit.AgeBindings(ctx, h.Key, 5*time.Hour))
	b.near(b.now().Sub(redeem(site)), 5*time.Hour)
	b.bind(h, renewal)
	b.near(b.now().Sub(redeem(site)), 0)
	b.near(b.now().Sub(peek(site)), 0)
	if at := redeem("https://shop.example"); !at.IsZero() {
		t.Errorf("another site is told of %v", at)
	}
	b.ok(b.kit.AgeBindings(ctx, h.Key, 25*time.Hour))
	none()
}
