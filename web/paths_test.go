package web_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
)

// TestUncleanPath: an address that was joined with a slash too many says so. A
// redirect to the right one would fail in every preflight.
func TestUncleanPath(t *testing.T) {
	for _, base := range []string{"https://login.hush.test", "https://login.hush.test/tenant"} {
		p := node(t, embedded(t), func(o *provider.Options) { o.Issuer = base + "/" })
		for _, path := range []string{"//oauth/token", "/oauth//token", "//authorize", "/./authorize", "/errors/../authorize", "//evil.test/..", "/errors//"} {
			for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodOptions} {
				w := httptest.NewRecorder()
				r := httptest.NewRequest(method, base+path, nil)
				r.Header.Set("Origin", "https://app.every.test")
				p.Public.ServeHTTP(w, r)
				if method == http.MethodOptions { // or no app could read what the request itself is told
					if w.Code != http.StatusNoContent || w.Header().Get("Access-Control-Allow-Origin") != "https://app.every.test" {
						t.Errorf("%s %s%s: %d %v", method, base, path, w.Code, w.Header())
					}
					continue
				}
				if w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "//") || w.Header().Get("Location") != "" {
					t.Errorf("%s %s%s: %d %v %s", method, base, path, w.Code, w.Header(), w.Body)
				}
			}
		}
		if r := hushtest.NewAgent(t, base+"/", hushtest.Direct(p.Public)).Get("errors/"); r.Status != http.StatusOK {
			t.Errorf("a path that ends in a slash: %d", r.Status)
		}
	}
}

// TestLaxCookieIsNotSent: on http the cookie is Lax, so a foreign frame never
// gets it, whatever storage access the browser speaks of.
func TestLaxCookieIsNotSent(t *testing.T) {
	for issuer, want := range map[string]string{"http://localhost:8080/": "cookie_not_sent", "https://login.hush.test/": "no_session"} {
		p := node(t, embedded(t), func(o *provider.Options) { o.Issuer = issuer })
		a := hushtest.NewAgent(t, issuer, hushtest.Direct(p.Public))
		r := a.Fetch(http.MethodGet, "authorize?"+quiet("every", "response_mode", "query").Encode(), nil, "Sec-Fetch-Mode", "navigate",
			"Sec-Fetch-Dest", "iframe", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Storage-Access", "active")
		if to := r.Header.Get("Location"); !strings.Contains(to, "errors%2F"+want) {
			t.Errorf("%s: status %d, %s, want %s", issuer, r.Status, to, want)
		}
	}
}

// TestRefusedReturnIsLogged as what it is, though the user is signed out.
func TestRefusedReturnIsLogged(t *testing.T) {
	s := start(t, hushtest.Options{})
	signIn(t, s.Node(0), "alice").Get("v2/logout?client_id=every&returnTo=https%3A%2F%2Fevil.test%2F")
	if log := s.Log(); !strings.Contains(log, `"endpoint":"logout","status":400`) || !strings.Contains(log, `"result":"invalid_request"`) {
		t.Error(log)
	}
}
