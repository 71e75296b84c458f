package redisstore_test

import (
	"context"
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
)

func TestOptions(t *testing.T) {
	const pass = "p4ssw0rd"
	for _, c := range []struct {
		o    redisstore.Options
		want string // part of the error; "" for none
	}{
		{redisstore.Options{}, "no address"},
		{redisstore.Options{URL: "redis://user:" + pass + "@127.0.0.1:6379/0"}, ""},
		{redisstore.Options{URL: "rediss://redis.example:6380"}, ""},
		{redisstore.Options{URL: "redis://:" + pass + "@a:1,b:2"}, "URL"},
		{redisstore.Options{URL: "redis://:" + pass + "@a b"}, "URL"},
		{redisstore.Options{URL: "http://:" + pass + "@a"}, "redis://"},
		{redisstore.Options{URL: "redis://:" + pass + "@a/0?pool_size=1"}, "parameters"},
		{redisstore.Options{URL: "redis://:" + pass + "@a/x"}, "database"},
		{redisstore.Options{URL: "redis://a", Addrs: []string{"b:1"}}, "URL"},
		{redisstore.Options{URL: "redis://a", Mode: redisstore.Cluster}, "URL"},
		{redisstore.Options{Addrs: []string{"a:1"}}, ""},
		{redisstore.Options{Addrs: []string{"a:1", "b:1"}}, "one address"},
		{redisstore.Options{Mode: redisstore.Sentinel, Addrs: []string{"a:1"}}, "master"},
		{redisstore.Options{Mode: redisstore.Sentinel, Addrs: []string{"a:1"}, Master: "m"}, ""},
		{redisstore.Options{Mode: redisstore.Cluster, Addrs: []string{"a:1"}}, ""},
		{redisstore.Options{Mode: redisstore.Cluster, Addrs: []string{"a:1"}, DB: 1}, "database"},
		{redisstore.Options{Mode: "ring", Addrs: []string{"a:1"}}, "mode"},
	} {
		err := c.o.Validate()
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c.o, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), pass) {
			t.Errorf("the error shows the password: %v", err)
		}
		if err == nil {
			continue
		}
		s := redisstore.Open(c.o)
		if got := s.Ping(ctx); got == nil || !strings.Contains(got.Error(), c.want) {
			t.Errorf("%+v: ping says %v, want %q", c.o, got, c.want)
		}
		s.Close()
	}
}

func TestPasswordAndDatabase(t *testing.T) {
	server := redistest.Server(t, "--databases", "4")
	b := bench{t: t, Store: server.Open()}
	b.ok(b.Client().ConfigSet(ctx, "requirepass", "secret").Err())
	with := func(pass string) *redisstore.Store {
		s := redisstore.Open(redisstore.Options{Addrs: []string{server.Addr()}, Password: pass, DB: 3})
		t.Cleanup(func() { s.Close() })
		return s
	}
	if err := with("wrong").Ping(ctx); err == nil || strings.Contains(err.Error(), "wrong ") {
		t.Errorf("wrong password: %v", err)
	}
	s := bench{t: t, Store: with("secret")}
	s.resolve(s.active())
}

func TestClientOfTheCaller(t *testing.T) {
	server := redistest.Server(t)
	owner := bench{t: t, Store: server.Open()}
	s := bench{t: t, Store: redisstore.Open(redisstore.Options{Client: owner.Client()})}
	s.resolve(s.active())
	s.ok(s.Close())
	owner.ok(owner.Ping(ctx))
}

// The embedded store's clock runs by itself, and Close stops it.
func TestEmbedded(t *testing.T) {
	s, err := redisstore.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	b := bench{t: t, Store: s}
	first, err := s.MarkUsed(ctx, "id", "one", 100*time.Millisecond)
	b.ok(err)
	end := time.Now().Add(time.Minute)
	for again := false; !again; time.Sleep(10 * time.Millisecond) {
		again, err = s.MarkUsed(ctx, "id", rand.Text(), time.Minute)
		b.ok(err)
		if !first || time.Now().After(end) {
			t.Fatal("the marker does not expire")
		}
	}
	b.ok(s.Close())
	b.ok(s.Close())
	short, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	if err := s.Ping(short); err == nil {
		t.Fatal("a closed store answers")
	}
}
