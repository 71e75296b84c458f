package redisstore_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/hush-sso/hush/internal/metadata"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/internal/seal"
)

// keeper is the store as rules and operators use it, under these secrets.
func (b bench) keeper(secrets ...string) *metadata.Keeper {
	b.t.Helper()
	keys := make([][]byte, len(secrets))
	for i, s := range secrets {
		keys[i] = []byte(s)
	}
	ring, err := seal.New("https://login.example.com/", keys...)
	b.ok(err)
	return metadata.New(b.Store, ring)
}

const (
	firstSecret  = "0123456789abcdef0123456789abcdef"
	secondSecret = "fedcba9876543210fedcba9876543210"
)

type doc = map[string]any

func (b bench) update(k *metadata.Keeper, user string, which metadata.Which, patch doc) doc {
	b.t.Helper()
	got, err := k.Update(ctx, user, which, patch, doc{"plan": "free"})
	b.ok(err)
	return got
}

func testMetadata(t *testing.T, b bench) {
	k, user := b.keeper(firstSecret), rand.Text()
	_, err := k.Of(ctx, user) // teaches the script
	b.ok(err)
	n := redistest.Trips(b.Store, func() {
		got, err := k.Of(ctx, user)
		b.ok(err)
		b.same(got, metadata.Data{})
	})
	if _, cluster := b.Client().(*redis.ClusterClient); !cluster && n != 1 {
		t.Errorf("%d trips", n)
	}
	b.same(b.update(k, user, metadata.App, doc{"roles": []any{"buyer"}, "deep": doc{"a": 1.0, "b": 2.0}}), doc{"roles": []any{"buyer"}, "deep": doc{"a": 1.0, "b": 2.0}})
	b.update(k, user, metadata.User, doc{"colour": "green"})
	// The top level is merged, what is below replaced.
	b.update(k, user, metadata.App, doc{"deep": doc{"c": 3.0}, "seen": true})
	// null removes; what the configuration has must be known to be removed.
	b.update(k, user, metadata.App, doc{"seen": nil, "never": nil, "plan": nil})
	b.update(k, user, metadata.App, doc{})
	got, err := k.Of(ctx, user)
	b.ok(err)
	b.same(got, metadata.Data{App: doc{"roles": []any{"buyer"}, "deep": doc{"c": 3.0}, "plan": nil}, User: doc{"colour": "green"}})
	b.same(metadata.Over(doc{"plan": "free", "roles": []any{"guest"}, "level": 1}, got.App), doc{"roles": []any{"buyer"}, "deep": doc{"c": 3.0}, "level": 1})

	large := doc{"x": string(make([]byte, metadata.MaxSize))}
	if _, err := k.Update(ctx, user, metadata.App, large, nil); !errors.Is(err, metadata.ErrTooLarge) {
		t.Errorf("a large one: %v", err)
	}
	if _, err := k.Update(ctx, user, "logins", doc{"a": 1}, nil); err == nil {
		t.Error("another document is changed")
	}
	again, err := k.Of(ctx, user)
	b.ok(err)
	b.same(again, got)

	// Another user's document is none of this user's.
	other := rand.Text()
	fields := b.Client().HGetAll(ctx, b.userKey(user, "meta")).Val()
	b.ok(b.Client().HSet(ctx, b.userKey(other, "meta"), fields).Err())
	b.ok(b.Client().Expire(ctx, b.userKey(other, "meta"), time.Hour).Err())
	if d, err := k.Of(ctx, other); !errors.Is(err, seal.ErrInvalid) {
		t.Errorf("moved to another user: %+v, %v", d, err)
	}
	// Nor is one of them the other.
	b.ok(b.Client().HSet(ctx, b.userKey(user, "meta"), "app", fields["user"]).Err())
	if d, err := k.Of(ctx, user); !errors.Is(err, seal.ErrInvalid) {
		t.Errorf("user_metadata as app_metadata: %+v, %v", d, err)
	}
	b.ok(k.Delete(ctx, user))
	b.ok(k.Delete(ctx, user))
	if n := b.Client().Exists(ctx, b.userKey(user, "meta")).Val(); n != 0 {
		t.Error("still there")
	}
}

// testMetadataLife: use keeps it, by one write a day at most; and a secret that was
// replaced is not needed any more after use.
func testMetadataLife(t *testing.T, b bench) {
	const life, day = 400 * 24 * time.Hour, 24 * time.Hour
	user := rand.Text()
	b.update(b.keeper(secondSecret), user, metadata.User, doc{"a": "b"})
	k, key := b.keeper(firstSecret, secondSecret), b.userKey(user, "meta")
	if _, err := b.keeper(firstSecret).Of(ctx, user); !errors.Is(err, seal.ErrUnknownKey) {
		t.Errorf("under another secret: %v", err)
	}
	for range 2 {
		_, err := k.Of(ctx, user)
		b.ok(err)
	}
	k = b.keeper(firstSecret)
	for _, c := range []struct{ left, want time.Duration }{{life - day/2, life - day/2}, {life - day - time.Hour, life}, {time.Minute, life}} {
		b.ok(b.Client().PExpire(ctx, key, c.left).Err())
		d, err := k.Of(ctx, user)
		b.ok(err)
		b.same(d.User, doc{"a": "b"})
		if ttl := b.Client().PTTL(ctx, key).Val(); ttl > c.want || ttl < c.want-time.Minute {
			t.Errorf("lives for %v, want %v", ttl, c.want)
		}
	}
}

// testMetadataRace: of changes at once none is lost, unless it is said.
func testMetadataRace(t *testing.T, b bench) {
	k, user := b.keeper(firstSecret), rand.Text()
	errs := parallel(20, func(i int) error {
		_, err := k.Update(ctx, user, metadata.App, doc{fmt.Sprint(i): true}, nil)
		return err
	})
	d, err := k.Of(ctx, user)
	b.ok(err)
	for i, err := range errs {
		if err != nil && !errors.Is(err, metadata.ErrBusy) {
			t.Error(err)
		}
		if made := d.App[fmt.Sprint(i)] == true; made != (err == nil) {
			t.Errorf("change %d: made %v, said %v", i, made, err)
		}
	}
}

func testCountLogins(t *testing.T, b bench) {
	k, user := b.keeper(firstSecret), rand.Text()
	for _, err := range parallel(10, func(int) error { _, err := k.CountLogin(ctx, user); return err }) {
		b.ok(err)
	}
	if n, err := k.CountLogin(ctx, user); n != 11 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if d, err := k.Of(ctx, user); err != nil || d.Logins != 11 {
		t.Errorf("%+v, %v", d, err)
	}
	b.ok(b.Client().HSet(ctx, b.userKey(user, "meta"), "logins", "many").Err())
	if _, err := k.Of(ctx, user); err == nil {
		t.Error("what is no number counts")
	}
}
