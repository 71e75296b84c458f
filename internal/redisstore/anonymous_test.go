package redisstore_test

import (
	"crypto/rand"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/metadata"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
)

// TestKeysNameNobody: who may list the keys of Redis learns no user and holds
// nothing that opens a session.
func TestKeysNameNobody(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redisstore.Store, kit redistest.Kit) {
		b := bench{t, s, kit}
		user := "alice-" + rand.Text()
		h := b.active()
		b.ok(b.enlist(user, "", h.Key, time.Now().Add(lifetime)))
		_, err := b.Remember(ctx, user, app, openid)
		b.ok(err)
		b.update(b.keeper(firstSecret), user, metadata.App, doc{"of": user})
		b.turn(user)
		_, _, err = b.Redeem(ctx, b.code(h))
		b.ok(err)
		keys, err := b.Client().Keys(ctx, "*").Result()
		b.ok(err)
		for _, kind := range []string{"}:s", "}:sessions", "}:gen", "}:consents", "}:meta"} {
			if !slices.ContainsFunc(keys, func(key string) bool { return strings.HasSuffix(key, kind) }) {
				t.Errorf("there is no key %s", kind)
			}
		}
		for _, key := range keys {
			for _, told := range []string{user, record(h).UserID, h.Secret.Hash(), h.String(), app} {
				if strings.Contains(key, told) {
					t.Errorf("%s tells %s", key, told)
				}
			}
		}
	})
}
