package provider_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
)

// TestClockSkewIsNotReady: a node whose clock is not Redis's serves nobody.
func TestClockSkewIsNotReady(t *testing.T) {
	m := miniredis.RunT(t)
	c := redis.NewClient(&redis.Options{Addr: m.Addr(), ContextTimeoutEnabled: true, Protocol: 2, DisableIdentity: true})
	t.Cleanup(func() { c.Close() })
	one, _ := registries()
	p, err := provider.New(provider.Options{
		Issuer: issuer, Secrets: [][]byte{[]byte("0123456789abcdef0123456789abcdef")},
		Store: redisstore.Open(redisstore.Options{Client: c}), Clients: one.Clients, Users: one.Users,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.LoadKeys(t.Context()); err != nil {
		t.Fatal(err)
	}
	for ahead, status := range map[time.Duration]int{
		0: http.StatusOK, 2 * time.Second: http.StatusOK, -2 * time.Second: http.StatusOK,
		8 * time.Second: http.StatusServiceUnavailable, -8 * time.Second: http.StatusServiceUnavailable,
		time.Hour: http.StatusServiceUnavailable, -time.Hour: http.StatusServiceUnavailable,
	} {
		m.SetTime(time.Now().Add(ahead))
		w := httptest.NewRecorder()
		p.Admin.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/readyz", nil))
		if w.Code != status || status != http.StatusOK && !strings.Contains(w.Body.String(), "clocks") {
			t.Errorf("%v ahead: %d %s", ahead, w.Code, w.Body)
		}
	}
}

// TestIssuerMustBeHTTPS: codes and cookies of an http issuer can be read on the
// way, unless there is no way.
func TestIssuerMustBeHTTPS(t *testing.T) {
	one, _ := registries()
	for url, good := range map[string]bool{
		"https://login.example.com/": true, "http://localhost:8080/": true, "http://127.0.0.1:8080/": true,
		"http://login.example.com/": false, "http://localhost.example.com/": false, "http://10.0.0.1/": false,
		"ftp://localhost/": false, "login.example.com": false,
	} {
		_, err := provider.New(provider.Options{
			Issuer: url, Secrets: [][]byte{[]byte("0123456789abcdef0123456789abcdef")}, Store: redisstore.Open(redisstore.Options{}),
			Clients: one.Clients, Users: one.Users,
		})
		if good != (err == nil) || err != nil && !strings.Contains(err.Error(), "issuer") {
			t.Errorf("%s: %v", url, err)
		}
	}
}
