package redisstore_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/internal/token"
	"github.com/hush-sso/hush/session"
)

// family begins a refresh family and returns its first token.
func (b bench) family(h session.Handle, outlives bool) token.Rotation {
	b.t.Helper()
	code := b.code(h)
	code.Family = &token.Family{Hash: rand.Text(), Lifetime: 30 * 24 * time.Hour, Outlives: outlives}
	return b.begin(code)
}

// begin redeems a code with a family, in a session that its user's list has.
func (b bench) begin(code token.Redemption) token.Rotation {
	b.t.Helper()
	code.UserID = "user-" + code.Key.String()
	b.ok(b.enlist(code.UserID, "", code.Key, b.now().Add(lifetime)))
	_, _, err := b.Redeem(ctx, code)
	b.ok(err)
	return rotation(code)
}

func rotation(r token.Redemption) token.Rotation {
	return token.Rotation{
		Candidate: token.Candidate{
			Key: r.Key, JTI: r.JTI, ClientID: r.ClientID, Needs: r.Needs, Hash: r.Family.Hash,
			MayOutlive: r.Family.Outlives, Outlives: r.Outlives,
		},
		Successor: rand.Text(), Answer: rand.Text(),
	}
}

// next is the rotation of what r made.
func next(r token.Rotation) token.Rotation {
	r.Hash, r.Successor, r.Answer = r.Successor, rand.Text(), rand.Text()
	return r
}

func (b bench) rotate(r token.Rotation) token.Standing {
	b.t.Helper()
	s, err := b.Rotate(ctx, r)
	b.ok(err)
	return s
}

// dead requires that a token is refused for a reason, by both ways in.
func (b bench) dead(r token.Rotation, want error) {
	b.t.Helper()
	_, err := b.Peek(ctx, r.Candidate)
	b.is(err, want)
	_, err = b.Rotate(ctx, r)
	b.is(err, want)
}

// reused requires that a token was spent too long ago, and that its family ends.
func (b bench) reused(r token.Rotation) {
	b.t.Helper()
	_, err := b.Peek(ctx, r.Candidate)
	b.is(err, token.ErrReused)
	b.dead(r, token.ErrRevoked)
	b.is(b.holds(r), token.ErrRevoked)
}

// holds tells whether an access token of the family does.
func (b bench) holds(r token.Rotation) error {
	_, _, err := b.Check(ctx, token.Check{Key: r.Key, JTI: r.JTI, ClientID: r.ClientID, Needs: r.Needs, TokenJTI: "access"})
	return err
}

func (b bench) stands(r token.Rotation, hash string) error {
	_, _, err := b.Check(ctx, token.Check{Key: r.Key, JTI: r.JTI, ClientID: r.ClientID, Needs: r.Needs, Refresh: hash})
	return err
}

// ageFamily makes the family older, as if the time had passed.
func (b bench) ageFamily(r token.Rotation, d time.Duration) {
	b.t.Helper()
	b.ok(b.kit.AgeFamily(ctx, r.Key, r.JTI, d))
}

func testRefresh(t *testing.T, b bench) {
	h := b.active()
	r := b.family(h, false)
	for range 2 { // looking changes nothing
		s, err := b.Peek(ctx, r.Candidate)
		b.ok(err)
		if s.UserID != record(h).UserID || !s.Live || s.Answer != "" {
			t.Fatalf("peeked %+v", s)
		}
		b.near(s.Now.Sub(b.now()), 0)
	}
	for range 3 {
		if s := b.rotate(r); s.Answer != r.Answer || s.UserID != record(h).UserID || !s.Live {
			t.Fatalf("rotated %+v", s)
		}
		b.ok(b.holds(r))
		b.ok(b.stands(r, r.Successor))
		r = next(r)
	}
	ttl, err := b.Client().PTTL(ctx, "hush:{"+h.Key.String()+"}:r:"+r.JTI).Result()
	b.ok(err)
	b.near(ttl, lifetime) // no longer than the session can
	if r.Answer = ""; !errorsOnly(b.Rotate(ctx, r)) {
		t.Error("a rotation without an answer")
	}
}

func errorsOnly(s token.Standing, err error) bool { return err != nil && s == token.Standing{} }

// testRefreshGrace: the token before gets the very same answer for the grace, by
// Redis's clock; after it, or where it is older still, the family ends.
func testRefreshGrace(t *testing.T, b bench) {
	h := b.active()
	r := b.family(h, false)
	b.rotate(r)
	again := r
	again.Successor, again.Answer = rand.Text(), rand.Text()
	for range 2 {
		s, err := b.Peek(ctx, again.Candidate)
		b.ok(err)
		if s.Answer != r.Answer {
			t.Fatalf("peeked %+v", s)
		}
		if s := b.rotate(again); s.Answer != r.Answer {
			t.Fatalf("rotated %+v", s)
		}
	}
	b.ok(b.stands(r, r.Hash))
	b.ageFamily(r, time.Second)
	b.rotate(again)
	b.rotate(next(r)) // nothing of that spent the successor

	b.ageFamily(r, token.Grace)
	b.is(b.stands(r, r.Hash), token.ErrReused) // being asked about ends nothing
	b.is(b.stands(r, r.Successor), token.ErrReused)
	b.ok(b.holds(r))
	b.reused(next(r)) // the one before, and too late
	b.dead(r, token.ErrRevoked)
	ttl, err := b.Client().PTTL(ctx, "hush:{"+h.Key.String()+"}:used:"+r.JTI).Result()
	b.ok(err)
	b.near(ttl, r.Outlives)
	b.resolve(h) // the session goes on

	old := b.family(h, false)
	b.rotate(old)
	b.rotate(next(old))
	b.reused(old) // within the grace, but not the one before

	old = b.family(h, false)
	b.rotate(old)
	b.rotate(next(old))
	_, err = b.Rotate(ctx, old) // without looking first
	b.is(err, token.ErrReused)
	b.is(b.holds(old), token.ErrRevoked)
}

func (b bench) deadFor(r token.Rotation, change func(*token.Rotation), want error) {
	b.t.Helper()
	change(&r)
	b.dead(r, want)
}

func testRefreshRefused(t *testing.T, b bench) {
	h := b.active()
	r := b.family(h, false)
	b.deadFor(r, func(r *token.Rotation) { r.ClientID = "another" }, token.ErrRevoked)
	b.deadFor(r, func(r *token.Rotation) { r.JTI = rand.Text() }, token.ErrRevoked)
	b.deadFor(r, func(r *token.Rotation) { r.Key = newHandle().Key }, session.Gone)
	b.deadFor(r, func(r *token.Rotation) {
		r.Needs = openid.Union(oauth.NewGrants("https://api", []string{"read"}))
	}, token.ErrNotGranted)
	b.rotate(r) // nothing of that ended it
	b.ageFamily(r, lifetime-time.Minute)
	b.rotate(next(r))
	b.ageFamily(r, time.Minute)
	b.dead(next(next(r)), token.ErrExpired) // and rotating moved nothing
	b.is(b.stands(r, next(next(r)).Hash), token.ErrExpired)

	stranger := b.family(h, false)
	stranger.Hash = rand.Text()
	b.reused(stranger)
}

// testRefreshEnds: a family dies with what it stands on.
func testRefreshEnds(t *testing.T, b bench) {
	for _, outlives := range []bool{false, true} {
		for why, lasts := range map[session.Absence]bool{
			session.SignedOut: outlives, session.Replaced: outlives, session.Displaced: outlives,
			session.Revoked: false, session.UserDisabled: false, session.PasswordChanged: false,
		} {
			h := b.active()
			r := b.family(h, outlives)
			ended, kept, err := b.End(ctx, h.Key, why)
			b.ok(err)
			if kept != lasts || ended.UserID != record(h).UserID {
				t.Errorf("%s, outlives %v: kept on the list %v: %+v", why, outlives, kept, ended)
			}
			if !lasts {
				b.dead(r, why)
				b.is(b.holds(r), why)
				continue
			}
			if s := b.rotate(r); s.Live || s.UserID != record(h).UserID || s.Answer != r.Answer {
				t.Errorf("%s: %+v", why, s)
			}
			b.ok(b.holds(r))
			b.deadFor(next(r), func(r *token.Rotation) { r.MayOutlive = false }, why)

			// The record is forgotten, and then everything is ended after all.
			b.ok(b.Client().Del(ctx, "hush:{"+h.Key.String()+"}:s").Err())
			b.rotate(next(r))
			_, _, err = b.End(ctx, h.Key, session.Revoked)
			b.ok(err)
			b.dead(next(next(r)), session.Revoked)
			b.is(b.holds(r), session.Revoked)
		}
		h := b.active()
		r := b.family(h, outlives)
		b.age(h, idle)
		if !outlives {
			b.dead(r, session.Idle)
			b.is(b.holds(r), session.Idle)
			continue
		}
		b.rotate(r)
		b.ageFamily(r, 30*24*time.Hour) // longer than the session could be
		b.dead(next(r), session.Idle)
		b.is(b.holds(r), session.Idle)
	}
}

// testRefreshWithdrawn: consent that is taken back takes the client's families
// with it, those that outlive their session too, and no other client's.
func testRefreshWithdrawn(t *testing.T, b bench) {
	for _, over := range []bool{false, true} {
		h := b.active()
		r, other := b.family(h, true), b.family(h, true)
		_, err := b.Participate(ctx, h.Key, "another", openid)
		b.ok(err)
		code := b.code(h)
		code.ClientID, code.Family = "another", &token.Family{Hash: rand.Text(), Lifetime: time.Hour, Outlives: true}
		foreign := b.begin(code)
		if over {
			_, _, err := b.End(ctx, h.Key, session.SignedOut)
			b.ok(err)
		}
		b.ok(b.Withdraw(ctx, h.Key, app))
		for _, r := range []token.Rotation{r, other} {
			_, err := b.Peek(ctx, r.Candidate)
			if err == nil || b.holds(r) == nil {
				t.Fatalf("over %v: the family stays", over)
			}
		}
		if !over { // and does not come back with new consent
			b.participate(h, openid)
			b.dead(r, token.ErrRevoked)
		}
		b.rotate(foreign)
	}
}

// testRefreshListed: a session stays on its user's list while a family may
// outlive it, so that ending everything finds it.
func testRefreshListed(t *testing.T, b bench) {
	m := session.NewManager(b.Store, b.Store, session.Policy{Limits: session.Limits{Idle: time.Hour, Lifetime: 2 * time.Hour}})
	user := "user-" + rand.Text()
	begin := func(outlives bool) (session.Handle, token.Rotation) {
		gen, err := m.Generation(ctx, user)
		b.ok(err)
		h, err := m.Start(ctx, session.SignIn{UserID: user, Generation: gen})
		b.ok(err)
		b.ok(m.Activate(ctx, h.Key))
		b.participate(h, openid)
		code := b.code(h)
		code.UserID, code.Family = user, &token.Family{Hash: rand.Text(), Lifetime: 30 * 24 * time.Hour, Outlives: outlives}
		_, _, err = b.Redeem(ctx, code)
		b.ok(err)
		return h, rotation(code)
	}
	h, r := begin(true)
	b.closed(m.End(ctx, h.Key, session.SignedOut))
	b.ok(b.Client().Del(ctx, "hush:{"+h.Key.String()+"}:s").Err()) // an hour later
	b.rotate(r)
	b.ended(m.EndUser(ctx, user, session.Revoked, nil))
	b.dead(next(r), session.Revoked)

	h, r = begin(true)
	b.ended(m.EndUser(ctx, user, session.Revoked, nil))
	b.dead(r, session.Revoked)
	code := b.code(h) // of before, and too late
	code.UserID, code.Family = user, &token.Family{Hash: rand.Text(), Lifetime: time.Hour, Outlives: true}
	_, _, err := b.Redeem(ctx, code)
	if absent := session.Absence(""); !errors.As(err, &absent) {
		t.Fatalf("redeemed after the end: %v", err)
	}
	h, _ = begin(false)
	b.closed(m.End(ctx, h.Key, session.SignedOut))
	keys, err := b.Turn(ctx, user)
	b.ok(err)
	for _, key := range keys {
		if key == h.Key {
			t.Error("a session that is over and has no refresh token stays on the list")
		}
	}
}

func testRevoke(t *testing.T, b bench) {
	h := b.active()
	r := b.family(h, true)
	b.ok(b.Revoke(ctx, r.Key, "access", app, time.Hour))
	b.is(b.holds(r), token.ErrRevoked)
	b.rotate(r) // the token alone was revoked
	b.ok(b.stands(r, r.Successor))
	for range 2 {
		b.ok(b.Revoke(ctx, r.Key, r.JTI, app, time.Hour))
		b.dead(next(r), token.ErrRevoked)
		b.is(b.holds(r), token.ErrRevoked)
	}
	ttl, err := b.Client().PTTL(ctx, "hush:{"+h.Key.String()+"}:used:"+r.JTI).Result()
	b.ok(err)
	b.near(ttl, time.Hour)
	b.resolve(h)
	b.trouble("no grant", func() error { return b.Revoke(ctx, r.Key, "", app, time.Hour) })
	b.trouble("no time", func() error { return b.Revoke(ctx, r.Key, r.JTI, app, 0) })
}

// testRevokedCode: a code may live longer than what it gave, and is good for
// nothing once that was revoked.
func testRevokedCode(t *testing.T, b bench) {
	for _, reuse := range []bool{false, true} {
		code := b.code(b.active())
		code.Outlives, code.Family = 20*time.Millisecond, &token.Family{Hash: rand.Text(), Lifetime: time.Hour}
		r := b.begin(code)
		if reuse {
			b.rotate(r)
			b.rotate(next(r))
			b.reused(r)
		} else {
			b.ok(b.Revoke(ctx, r.Key, r.JTI, app, code.Outlives))
		}
		ttl, err := b.Client().PTTL(ctx, "hush:{"+r.Key.String()+"}:used:"+r.JTI).Result()
		b.ok(err)
		b.near(ttl, code.Lifetime+10*time.Minute)
	}
}

// testReplayEndsTheFamily: a code that comes twice was stolen, and then its
// refresh tokens were too; also when the session is over meanwhile.
func testReplayEndsTheFamily(t *testing.T, b bench) {
	for _, over := range []bool{false, true} {
		h := b.active()
		code := b.code(h)
		code.Family = &token.Family{Hash: rand.Text(), Lifetime: time.Hour, Outlives: true}
		r := b.begin(code)
		b.begin(code) // one attempt, sent twice
		b.rotate(r)
		if over {
			_, _, err := b.End(ctx, h.Key, session.SignedOut)
			b.ok(err)
		}
		thief := code
		thief.UserID, thief.Attempt = record(h).UserID, rand.Text()
		_, _, err := b.Redeem(ctx, thief)
		b.is(err, token.ErrReplayed)
		if _, err := b.Peek(ctx, next(r).Candidate); err == nil || b.holds(r) == nil {
			t.Fatalf("over %v: the family survives", over)
		}
	}
}

// testFamiliesAreFew: the oldest of one client make room, nobody else's.
func testFamiliesAreFew(t *testing.T, b bench) {
	h := b.active()
	_, err := b.Participate(ctx, h.Key, "another", openid)
	b.ok(err)
	code := b.code(h)
	code.ClientID, code.Family = "another", &token.Family{Hash: rand.Text(), Lifetime: time.Minute}
	bystander := b.begin(code)
	oldest := b.family(h, false)
	var last token.Rotation
	for range 200 {
		last = b.family(h, false)
	}
	b.dead(oldest, token.ErrRevoked)
	b.rotate(last)
	b.rotate(bystander)
	n, err := b.Client().ZCard(ctx, "hush:{"+h.Key.String()+"}:rs").Result()
	b.ok(err)
	if n != 201 {
		t.Errorf("%d families", n)
	}
}

// testRefreshSlides: a refresh is activity where it counts as that.
func testRefreshSlides(t *testing.T, b bench) {
	h := b.active()
	r := b.family(h, false)
	b.age(h, idle/2)
	b.rotate(r)
	b.near(b.left(h), idle/2)
	r = next(r)
	r.Activity = true
	b.rotate(r)
	b.near(b.left(h), idle)
}

func testRefreshRace(t *testing.T, b bench) { b.refreshRace(b.Store, b.Store) }

// Two nodes, one Redis.
func TestRefreshRaceOfNodes(t *testing.T) {
	server := redistest.Server(t)
	one, two := server.Open(), server.Open()
	bench{t, one, redistest.For(one)}.refreshRace(one, two)
}

// refreshRace: however many spend one token at once, there is one successor and
// one answer.
func (b bench) refreshRace(stores ...*redisstore.Store) {
	b.t.Helper()
	const n = 40
	r := b.family(b.active(), false)
	answers := make([]string, n)
	errs := parallel(n, func(i int) error {
		mine := r
		mine.Successor, mine.Answer = fmt.Sprint("successor ", i), fmt.Sprint("answer ", i)
		s, err := stores[i%len(stores)].Rotate(ctx, mine)
		answers[i] = s.Answer
		return err
	})
	if count(errs, nil) != n {
		b.t.Fatalf("refused: %v", errs)
	}
	var winner int
	fmt.Sscanf(answers[0], "answer %d", &winner)
	for i, a := range answers {
		if a != answers[0] {
			b.t.Fatalf("%d got %q, 0 got %q", i, a, answers[0])
		}
		if err := b.stands(r, fmt.Sprint("successor ", i)); (err == nil) != (i == winner) {
			b.t.Fatalf("successor %d with winner %d: %v", i, winner, err)
		}
	}
	b.ok(b.holds(r))

	// A sign-out at the same moment: whatever was answered before, afterwards
	// nothing is.
	h := b.active()
	r = b.family(h, false)
	parallel(20, func(i int) error {
		if i == 10 {
			_, _, err := b.End(ctx, h.Key, session.SignedOut)
			return err
		}
		mine := r
		mine.Successor = fmt.Sprint(i)
		_, err := stores[i%len(stores)].Rotate(ctx, mine)
		return err
	})
	for i := range 20 {
		mine := r
		mine.Hash = fmt.Sprint(i)
		b.dead(mine, session.SignedOut)
	}
}
