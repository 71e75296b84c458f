package demo

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

func TestAPIKeysAreCached(t *testing.T) {
	f := newFakeIDP(t)
	h := OrdersAPI(f.config())
	good := "Bearer " + sign(t, f.accessClaims(), nil)
	unknown := "Bearer " + sign(t, f.accessClaims(), map[string]any{"kid": "nobody"})
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			if i%2 == 0 {
				get(t, h, "/orders", unknown)
			} else if a := get(t, h, "/orders", good); a.status != http.StatusOK {
				t.Errorf("%d %v", a.status, a.body)
			}
		})
	}
	wg.Wait()
	if n := f.fetches.Load(); n != 1 {
		t.Errorf("%d fetches of the JWKS, want 1", n)
	}
}

// TestAPIKeysFromInside: an API that reaches the provider by another address
// than browsers do still takes tokens of the public issuer, and no others.
func TestAPIKeysFromInside(t *testing.T) {
	f := newFakeIDP(t)
	c := f.config()
	c.Issuer, c.KeysURL = "https://login.example.com/", f.issuer+".well-known/jwks.json"
	h := OrdersAPI(c)
	inside := sign(t, f.accessClaims(), nil)
	public := sign(t, merge(f.accessClaims(), jwt.MapClaims{"iss": c.Issuer}), nil)
	if a := get(t, h, "/orders", "Bearer "+public); a.status != http.StatusOK {
		t.Errorf("public issuer: %d %v", a.status, a.body)
	}
	if a := get(t, h, "/orders", "Bearer "+inside); a.status != http.StatusUnauthorized || a.body["check"] != "issuer" {
		t.Errorf("inner address as issuer: %d %v", a.status, a.body)
	}
}

func TestAPIKeyRotation(t *testing.T) {
	f := newFakeIDP(t)
	s := newKeySet(f.issuer+".well-known/jwks.json", nil)
	if _, err := s.find(t.Context(), "rsa", "RS256"); err != nil {
		t.Fatal(err)
	}
	f.publish("next", otherRSA().Public())
	s.tried = time.Now().Add(-refetchEvery)
	if _, err := s.find(t.Context(), "next", "RS256"); err != nil {
		t.Errorf("a new key is not found: %v", err)
	}
	f.down.Store(true)
	s.tried, s.fetched = time.Time{}, time.Now().Add(-keysFresh-time.Second)
	if _, err := s.find(t.Context(), "rsa", "RS256"); err != nil {
		t.Errorf("a known key does not outlive an outage: %v", err)
	}
}

func TestAPIProviderDown(t *testing.T) {
	f := newFakeIDP(t)
	f.down.Store(true)
	h := OrdersAPI(f.config())
	for range 2 { // the second is answered from the first failure
		a := get(t, h, "/orders", "Bearer "+sign(t, f.accessClaims(), nil))
		if a.status != http.StatusServiceUnavailable || a.body["check"] != "jwks" || a.header.Get("Retry-After") == "" {
			t.Errorf("%d %v", a.status, a.body)
		}
	}
	if n := f.fetches.Load(); n != 1 {
		t.Errorf("%d fetches, want 1", n)
	}
}

func TestAPICORS(t *testing.T) {
	f := newFakeIDP(t)
	c := f.config()
	h := OrdersAPI(c)
	for _, o := range []struct {
		origin  string
		allowed bool
	}{
		{c.Orders, true}, {c.Reports, true}, {c.Classic, true},
		{c.API, false}, {"http://localhost:3001.evil.example", false}, {"null", false}, {"", false},
	} {
		for _, method := range []string{http.MethodOptions, http.MethodGet} {
			r := httptest.NewRequest(method, "/reports", nil)
			if o.origin != "" {
				r.Header.Set("Origin", o.origin)
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			want := ""
			if o.allowed {
				want = o.origin
			}
			hd := w.Header()
			if got := hd.Get("Access-Control-Allow-Origin"); got != want || hd.Get("Vary") != "Origin" || hd.Get("Access-Control-Allow-Credentials") != "" {
				t.Errorf("%s from %q: allows %q", method, o.origin, got)
			}
			if method == http.MethodOptions && o.allowed && hd.Get("Access-Control-Allow-Headers") != "Authorization, DPoP" {
				t.Errorf("preflight from %q: %v", o.origin, hd)
			}
		}
	}
}
