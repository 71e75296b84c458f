package redistest_test

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/session"
)

// A server is gone with its test, even when it was paused.
func TestServerIsGoneAfterwards(t *testing.T) {
	var addrs []string
	t.Run("inner", func(t *testing.T) {
		plain, paused := redistest.Server(t), redistest.Server(t)
		paused.Pause()
		addrs = append(addrs, plain.Addr(), paused.Addr())
	})
	for _, addr := range addrs {
		if c, err := net.DialTimeout("tcp", addr, time.Second); err == nil {
			c.Close()
			t.Errorf("%s still answers", addr)
		}
	}
}

func TestAge(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redisstore.Store, kit redistest.Kit) {
		ctx := context.Background()
		h := session.Handle{Key: session.Key{1}, Secret: session.Secret{2}}
		if err := kit.Age(ctx, h.Key, time.Hour); err != nil {
			t.Fatal(err)
		}
		must(t, s.Create(ctx, session.Record{Handle: h, SID: "s", UserID: "u", Limits: session.Limits{Idle: 2 * time.Hour, Lifetime: 3 * time.Hour}}))
		must(t, s.Activate(ctx, h.Key))
		_, err := s.Participate(ctx, h.Key, "shop", "\n openid\n")
		must(t, err)
		q := session.Query{Handle: h, ClientID: "shop"}
		young, _, err := s.Resolve(ctx, q)
		must(t, err)
		must(t, kit.Age(ctx, h.Key, time.Hour))
		old, _, err := s.Resolve(ctx, q)
		must(t, err)
		for what, d := range map[string]time.Duration{
			"created": young.Created.Sub(old.Created), "expires": young.Expires.Sub(old.Expires),
			"auth_time": young.AuthTime.Sub(old.AuthTime), "first use": young.FirstUse.Sub(old.FirstUse),
		} {
			if d != time.Hour {
				t.Errorf("%s is %v older", what, d)
			}
		}
		if old.Granted != young.Granted {
			t.Errorf("granted became %q", old.Granted)
		}
		if n := redistest.Trips(s, func() { s.Resolve(ctx, q); s.Ping(ctx) }); n != 2 {
			t.Errorf("%d trips, want 2", n)
		}
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
