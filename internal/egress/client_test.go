package egress_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/egress"
)

func TestGet(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || r.ContentLength > 0 || r.Header.Get("Cookie")+r.Header.Get("Authorization")+r.Header.Get("Referer") != "" {
			t.Errorf("%s %v", r.Method, r.Header)
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "public, max-age=60")
		w.Header().Set("Set-Cookie", "a=b")
		fmt.Fprintf(w, "%s?%s", r.URL.Path, r.URL.RawQuery)
	})
	resolver, _ := names(t, func(int64) []string { return []string{"127.0.0.1"} })
	c := s.client(egress.Options{Resolver: resolver})
	for range 2 { // the second has no cookie of the first
		got, err := c.Get(t.Context(), s.at("keys.test", "/jwks.json?a=b#part"), 100)
		if err != nil || string(got.Body) != "/jwks.json?a=b" || got.Type != "application/json" || got.MaxAge.Seconds() != 60 {
			t.Errorf("%+v, %v", got, err)
		}
	}
	if _, err := egress.New(egress.Options{Allow: []netip.Prefix{loopback}}).Get(t.Context(), s.URL, 100); err == nil || errors.Is(err, egress.ErrRefused) {
		t.Errorf("a certificate of nobody we trust: %v", err)
	}
	_, err := c.Get(t.Context(), s.at("other.test", "/"), 100)
	failed(t, "a certificate for another name", err, "certificate")
}

func TestPlainHTTP(t *testing.T) {
	plain := servePlain(t)
	if got, err := egress.New(egress.Options{Allow: []netip.Prefix{loopback}}).Get(t.Context(), plain, 100); err != nil || string(got.Body) != "plain" {
		t.Errorf("%v, %v", got, err)
	}
	_, err := egress.New(egress.Options{}).Get(t.Context(), plain, 100)
	refused(t, "loopback that is not allowed", err)
}

// TestResolvedAddresses: what counts is where a name leads.
func TestResolvedAddresses(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {})
	for kind, list := range forbidden {
		for _, addr := range list {
			if strings.Contains(addr, "%") {
				continue // no record has a zone
			}
			t.Run(kind+" "+addr, func(t *testing.T) {
				resolver, _ := names(t, func(int64) []string { return []string{addr} })
				_, err := egress.New(egress.Options{Roots: s.Roots, Resolver: resolver}).Get(t.Context(), s.at("keys.test", "/"), 100)
				refused(t, "by name", err)
				a := netip.MustParseAddr(addr)
				_, err = egress.New(egress.Options{Roots: s.Roots}).Get(t.Context(), "https://"+netip.AddrPortFrom(a, 8443).String()+"/", 100)
				refused(t, "by address", err)
			})
		}
	}
	if s.Calls.Load() != 0 {
		t.Errorf("%d calls arrived", s.Calls.Load())
	}
}

// TestRebinding: a name that leads elsewhere when it is asked for again is
// judged again, and within one call it is asked for once.
func TestRebinding(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {})
	resolver, asked := names(t, func(n int64) []string {
		if n == 1 {
			return []string{"127.0.0.1"}
		}
		return []string{"127.0.0.2"}
	})
	c := s.client(egress.Options{Resolver: resolver})
	if _, err := c.Get(t.Context(), s.at("keys.test", "/"), 100); err != nil || asked.Load() != 1 {
		t.Fatalf("%v after %d questions", err, asked.Load())
	}
	for range 3 {
		_, err := c.Get(t.Context(), s.at("keys.test", "/"), 100)
		refused(t, "after the change", err)
	}
	if s.Calls.Load() != 1 {
		t.Errorf("%d calls", s.Calls.Load())
	}
}

// TestMixedAddresses: of a name's addresses only public ones are connected to.
func TestMixedAddresses(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {})
	resolver, _ := names(t, func(int64) []string { return []string{"127.0.0.2", "::1", "10.0.0.1", "127.0.0.1"} })
	if _, err := s.client(egress.Options{Resolver: resolver}).Get(t.Context(), s.at("keys.test", "/"), 100); err != nil {
		t.Error(err)
	}
	none, _ := names(t, func(int64) []string { return nil })
	_, err := s.client(egress.Options{Resolver: none}).Get(t.Context(), s.at("keys.test", "/"), 100)
	failed(t, "no address", err, "no such host")
}

func TestNoRedirect(t *testing.T) {
	target := serve(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "inside") })
	for _, status := range []int{201, 204, 206, 300, 301, 302, 303, 304, 307, 308, 400, 401, 404, 500, 503} {
		s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", target.URL)
			w.WriteHeader(status)
		})
		_, err := s.client(egress.Options{}).Get(t.Context(), s.URL, 100)
		failed(t, "a redirect", err, fmt.Sprintf("status %d", status))
	}
	if target.Calls.Load() != 0 {
		t.Errorf("%d redirects were followed", target.Calls.Load())
	}
}

// TestNoProxy: a proxy of the environment would do the resolving, and reach
// what this client must not.
func TestNoProxy(t *testing.T) {
	proxy := serve(t, func(w http.ResponseWriter, _ *http.Request) {})
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"} {
		t.Setenv(name, proxy.URL)
	}
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {})
	resolver, _ := names(t, func(int64) []string { return []string{"127.0.0.1"} })
	if _, err := s.client(egress.Options{Resolver: resolver}).Get(t.Context(), s.at("keys.test", "/"), 100); err != nil {
		t.Error(err)
	}
	if proxy.Calls.Load() != 0 {
		t.Error("the proxy was asked")
	}
}

// TestManyCalls: 32 calls run at once, and the next waits for one of them to end.
func TestManyCalls(t *testing.T) {
	arrived, gate := make(chan struct{}, 100), make(chan struct{})
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		arrived <- struct{}{}
		<-gate
	})
	c := s.client(egress.Options{Timeout: time.Minute})
	var callers sync.WaitGroup
	call := func() {
		callers.Go(func() {
			if _, err := c.Get(context.Background(), s.URL, 100); err != nil {
				t.Error(err)
			}
		})
	}
	for range 32 {
		call()
	}
	for range 32 {
		<-arrived
	}
	hurried, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := c.Get(hurried, s.URL, 100)
	failed(t, "one more", err, "wait for 32 other calls")
	for range 68 {
		call()
	}
	close(gate)
	callers.Wait()
}
