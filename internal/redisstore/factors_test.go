package redisstore_test

import (
	"crypto/rand"
	"errors"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/factor"
	"github.com/hush-sso/hush/internal/factor/factortest"
	"github.com/hush-sso/hush/internal/seal"
)

func (b bench) factors(secrets ...string) *factor.Keeper {
	b.t.Helper()
	keys := make([][]byte, len(secrets))
	for i, s := range secrets {
		keys[i] = []byte(s)
	}
	ring, err := seal.New("https://login.example.com/", keys...)
	b.ok(err)
	return factor.New(b.Store, ring)
}

// app adds an app for a user and returns its secret and the recovery codes.
func (b bench) authenticator(k *factor.Keeper, user string, now time.Time) (secret []byte, recovery []string) {
	b.t.Helper()
	secret = factor.NewSecret()
	recovery, err := k.AddApp(ctx, user, secret, factortest.Code(secret, now), now)
	b.ok(err)
	return secret, recovery
}

func testFactors(t *testing.T, b bench) {
	k, user, now := b.factors(firstSecret), rand.Text(), time.Now()
	set, err := k.Of(ctx, user)
	b.ok(err)
	b.same(set, factor.Set{})
	_, err = k.Use(ctx, user, "123456", now)
	b.is(err, factor.ErrWrong)
	secret, recovery := b.authenticator(k, user, now)
	_, err = k.Use(ctx, user, factortest.Code(secret, now), now)
	b.is(err, factor.ErrUsed) // the code that added it counts no more
	next := now.Add(30 * time.Second)
	kind, err := k.Use(ctx, user, factortest.Code(secret, next), now)
	b.ok(err)
	b.same(kind, factor.KindApp)
	_, err = k.Use(ctx, user, factortest.Code(secret, now), next)
	b.is(err, factor.ErrUsed) // nor does one before the last
	kind, err = k.Use(ctx, user, recovery[3], now)
	b.ok(err)
	b.same(kind, factor.KindRecovery)
	_, err = k.Use(ctx, user, recovery[3], now)
	b.is(err, factor.ErrWrong)

	key := b.userKey(user, "factors")
	if ttl := b.Client().PTTL(ctx, key).Val(); ttl != -1 {
		t.Errorf("lapses after %v", ttl)
	}
	// Another user's is none of this user's, and what cannot be opened is not nothing.
	other := rand.Text()
	b.ok(b.Client().Set(ctx, b.userKey(other, "factors"), b.Client().Get(ctx, key).Val(), time.Minute).Err())
	if _, err := k.Of(ctx, other); !errors.Is(err, seal.ErrInvalid) {
		t.Errorf("moved to another user: %v", err)
	}
	if _, err := b.factors(secondSecret).Of(ctx, user); !errors.Is(err, seal.ErrUnknownKey) {
		t.Errorf("under another secret: %v", err)
	}
	// Use seals anew, so that the secret before can go.
	_, err = b.factors(secondSecret, firstSecret).Of(ctx, user)
	b.ok(err)
	k = b.factors(secondSecret)
	set, err = k.Of(ctx, user)
	b.ok(err)
	if len(set.Apps) != 1 || len(set.Recovery) != len(recovery)-1 {
		t.Errorf("%+v", set)
	}
	b.is(k.Remove(ctx, user, "another"), factor.ErrWrong)
	b.ok(k.Remove(ctx, user, set.Apps[0].ID))
	if n := b.Client().Exists(ctx, key).Val(); n != 0 {
		t.Error("recovery codes outlive the last factor")
	}
	b.ok(k.Clear(ctx, user))
}

// testFactorsRace: of requests at once with one code, one is let in.
func testFactorsRace(t *testing.T, b bench) {
	k, user, now := b.factors(firstSecret), rand.Text(), time.Now()
	secret, recovery := b.authenticator(k, user, now.Add(-time.Minute))
	for _, code := range []string{factortest.Code(secret, now), recovery[0]} {
		first := 0
		for _, err := range parallel(12, func(int) error { _, err := k.Use(ctx, user, code, now); return err }) {
			switch {
			case err == nil:
				first++
			case !errors.Is(err, factor.ErrUsed) && !errors.Is(err, factor.ErrWrong) && !errors.Is(err, factor.ErrBusy):
				t.Error(err)
			}
		}
		if first != 1 {
			t.Errorf("%d of 12 were let in", first)
		}
	}
}
