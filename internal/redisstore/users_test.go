package redisstore_test

import (
	"crypto/rand"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/session"
)

func (b bench) generation(user string) string {
	b.t.Helper()
	g, err := b.Generation(ctx, user)
	b.ok(err)
	return g
}

func (b bench) turn(user string) []session.Key {
	b.t.Helper()
	keys, err := b.Turn(ctx, user)
	b.ok(err)
	return keys
}

func testUsers(t *testing.T, b bench) {
	user, expires := rand.Text(), time.Now().Add(lifetime)
	if g := b.generation(user); g != "" {
		t.Fatalf("generation %q", g)
	}
	one, two := newHandle().Key, newHandle().Key
	b.ok(b.enlist(user, "", one, expires))
	b.ok(b.enlist(user, "", one, expires)) // the client sent it twice
	b.ok(b.enlist(user, "", two, expires))
	b.is(b.enlist(user, "1", newHandle().Key, expires), session.Revoked)
	b.ok(b.Delist(ctx, user, newHandle().Key))

	keys := b.turn(user)
	if len(keys) != 2 || !slices.Contains(keys, one) || !slices.Contains(keys, two) {
		t.Fatalf("turned %v", keys)
	}
	first := b.generation(user)
	b.is(b.enlist(user, "", newHandle().Key, expires), session.Revoked)
	b.turn(user)
	second := b.generation(user)
	if first == "" || len(first) != len(second) || first >= second {
		t.Fatalf("generation went from %q to %q", first, second)
	}
	b.ok(b.Delist(ctx, user, one))
	b.ok(b.Delist(ctx, user, one))
	b.ok(b.Delist(ctx, user, two))
	if keys := b.turn(user); len(keys) != 0 {
		t.Fatalf("left %v", keys)
	}

	// What expired over an hour ago is pruned; what just did may live by
	// another clock.
	over, just := newHandle().Key, newHandle().Key
	gen := b.generation(user)
	b.ok(b.enlist(user, gen, over, time.Now().Add(-2*time.Hour)))
	b.ok(b.enlist(user, gen, just, time.Now().Add(-time.Second)))
	if keys := b.turn(user); len(keys) != 1 || keys[0] != just {
		t.Fatalf("pruned to %v", keys)
	}
}

func testTurnRace(t *testing.T, b bench) {
	for range 10 {
		user := rand.Text()
		gen := b.generation(user)
		const n = 20
		handles := make([]session.Handle, n)
		for i := range handles {
			handles[i] = newHandle()
		}
		done := make(chan []session.Key)
		go func() {
			keys, err := b.Turn(ctx, user)
			if err != nil {
				t.Error(err)
			}
			for _, key := range keys {
				if _, _, err := b.End(ctx, key, session.Revoked); err != nil {
					t.Error(err)
				}
			}
			done <- keys
		}()
		created := parallel(n, func(i int) error {
			if err := b.enlist(user, gen, handles[i].Key, time.Now().Add(lifetime)); err != nil {
				return err
			}
			if err := b.Create(ctx, record(handles[i])); err != nil {
				return err
			}
			return b.Activate(ctx, handles[i].Key)
		})
		<-done
		for i, h := range handles {
			if created[i] != nil {
				b.is(created[i], session.Revoked)
			}
			if _, _, err := b.Resolve(ctx, session.Query{Handle: h}); !isAbsence(err) {
				t.Fatalf("a session survived: created %v, resolves %v", created[i], err)
			}
			if created[i] == nil { // one that failed to enlist never gets as far
				b.is(b.Create(ctx, record(h)), session.Revoked)
			}
		}
	}
}

func testHalfTurn(t *testing.T, b bench) {
	user := rand.Text()
	one, two := newHandle(), newHandle()
	for _, h := range []session.Handle{one, two} {
		b.ok(b.enlist(user, "", h.Key, time.Now().Add(lifetime)))
		b.ok(b.Create(ctx, record(h)))
		b.ok(b.Activate(ctx, h.Key))
	}
	ended := b.turn(user)[0]
	_, _, err := b.End(ctx, ended, session.Revoked)
	b.ok(err)
	b.ok(b.Delist(ctx, user, ended)) // and here the caller died
	rest := b.turn(user)
	if len(rest) != 1 || rest[0] == ended {
		t.Fatalf("the second turn returned %v", rest)
	}
}

// The manager over the real store: its steps fit together.
func testManager(t *testing.T, b bench) {
	m := session.NewManager(b, b, session.Policy{})
	user := rand.Text()
	gen, err := m.Generation(ctx, user)
	b.ok(err)
	in := session.SignIn{UserID: user, Generation: gen, ACR: "1", AMR: []string{"pwd"}}
	h, err := m.Start(ctx, in)
	b.ok(err)
	b.why(h, session.Pending)
	b.ok(m.Activate(ctx, h.Key))
	b.participate(h, openid)

	in.Current = h
	renewed, err := m.Start(ctx, in)
	b.ok(err)
	if renewed.Key != h.Key || renewed.Secret == h.Secret {
		t.Fatal("the session did not go on with a new secret")
	}
	in.UserID = rand.Text()
	in.Current = renewed
	other, err := m.Start(ctx, in)
	b.ok(err)
	b.ok(m.Activate(ctx, other.Key))
	b.participate(other, openid)
	b.resolve(renewed) // another person's, and left alone

	late := session.SignIn{UserID: in.UserID, Generation: gen}
	b.ended(m.EndUser(ctx, in.UserID, session.Revoked, nil))
	b.why(other, session.Revoked)
	_, err = m.Start(ctx, late)
	b.is(err, session.Revoked)
	if keys := b.turn(in.UserID); len(keys) != 0 {
		t.Fatalf("still listed: %v", keys)
	}
}

func testEveryKeyExpires(t *testing.T, b bench) {
	b.ok(b.enlist(rand.Text(), "", newHandle().Key, time.Now().Add(lifetime)))
	b.turn(rand.Text())
	_, err := b.MarkUsed(ctx, rand.Text(), rand.Text(), time.Minute)
	b.ok(err)
	_, err = b.Remember(ctx, rand.Text(), app, openid)
	b.ok(err)
	_, _, err = b.Redeem(ctx, b.code(b.active()))
	b.ok(err) // and the tests before this one left theirs
	in := try(rand.Text(), "browser")
	b.admit(in)
	b.ok(b.Welcome(ctx, in, known))
	b.admit(try(in.Of, "browser"))
	b.admit(try(in.Of, ""))
	var keys []string
	collect := func(more []string, err error) {
		b.ok(err)
		keys = append(keys, more...)
	}
	for _, c := range b.primaries() {
		collect(c.Keys(ctx, "*").Result())
	}
	kinds := map[string]int{}
	for _, key := range keys {
		ttl, err := b.Client().PTTL(ctx, key).Result()
		b.ok(err)
		if !strings.HasPrefix(key, "hush:{") {
			t.Errorf("key %s", key)
		}
		if ttl < 0 && ttl != -2 && key != "hush:{keys}" && !strings.HasPrefix(key, "hush:{backchannel}:") &&
			!strings.HasSuffix(key, "}:factors") {
			t.Errorf("%s has no TTL", key)
		}
		kind, _, _ := strings.Cut(key[strings.Index(key, "}"):], ":used:")
		if strings.HasPrefix(kind, "}:try:") {
			kind = "}:try"
		}
		kinds[kind]++
	}
	for _, kind := range []string{"}", "}:s", "}:used", "}:sessions", "}:gen", "}:consents",
		"}:tries", "}:tries:browser", "}:browsers", "}:try"} {
		if kinds[kind] == 0 {
			t.Errorf("no key of kind %q: %v", kind, kinds)
		}
	}
}
