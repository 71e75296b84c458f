package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
)

// strangeOrigins are not registered, however much they look like it.
var strangeOrigins = []string{
	"https://evil.test", "null", "*", "http://app.every.test", "https://app.every.test:8443", "https://app.every.test:443",
	"https://app.every.test/", "https://APP.every.test", "https://app.every.test.evil.test", "https://x.app.every.test",
	"https://evil.test/https://app.every.test", "https://app.every.test,https://evil.test", "com.example.native:", "file://",
	"https://app.unframed.test", // whose list is empty on purpose
}

func TestCORS(t *testing.T) {
	s := start(t, hushtest.Options{})
	a := s.Node(0)
	allowed := []string{"https://app.every.test", "https://app.guest.test", s.Orders, s.Reports, s.Classic}
	for _, c := range []struct {
		method, path string
		form         url.Values
	}{
		{http.MethodPost, "oauth/token", url.Values{"grant_type": {"authorization_code"}}},
		{http.MethodGet, "userinfo", nil},
		{http.MethodPost, "userinfo", url.Values{}},
		{http.MethodGet, ".well-known/openid-configuration", nil},
		{http.MethodGet, ".well-known/jwks.json", nil},
		{http.MethodOptions, "oauth/token", nil},
		{http.MethodOptions, "userinfo", nil},
		{http.MethodOptions, ".well-known/openid-configuration", nil},
		{http.MethodOptions, ".well-known/jwks.json", nil},
	} {
		t.Run(c.method+" "+c.path, func(t *testing.T) {
			preflight := c.method == http.MethodOptions
			ask := func(origin string) *hushtest.Reply {
				return a.Fetch(c.method, c.path, c.form, "Origin", origin, "Access-Control-Request-Method", "POST",
					"Access-Control-Request-Headers", "auth0-client, dpop, authorization")
			}
			for _, origin := range allowed {
				h := ask(origin).Header
				if got := h.Values("Access-Control-Allow-Origin"); len(got) != 1 || got[0] != origin {
					t.Errorf("%s is answered %q", origin, got)
				}
				if h.Get("Access-Control-Allow-Credentials") != "true" || !strings.Contains(h.Get("Access-Control-Expose-Headers"), "WWW-Authenticate") {
					t.Errorf("headers are %v", h)
				}
				names := h.Get("Access-Control-Allow-Headers")
				for _, name := range []string{"auth0-client", "dpop", "authorization", "content-type", "x-okta-user-agent-extended"} {
					if preflight != strings.Contains(names, name) {
						t.Errorf("Allow-Headers is %q", names)
					}
				}
				if preflight != strings.Contains(h.Get("Access-Control-Allow-Methods"), "POST") {
					t.Errorf("Allow-Methods is %q", h.Get("Access-Control-Allow-Methods"))
				}
			}
			for _, origin := range strangeOrigins {
				if r := ask(origin); hasCORS(r.Header) {
					t.Errorf("%s is answered %v", origin, r.Header)
				}
			}
			for _, origin := range []string{allowed[0], "https://evil.test", ""} {
				if r := ask(origin); !strings.Contains(strings.Join(r.Header.Values("Vary"), ","), "Origin") {
					t.Errorf("%q: a cache may give the answer to another origin: Vary is %q", origin, r.Header.Values("Vary"))
				}
			}
		})
	}
	// What reads the SSO cookie can be read by no script of another origin.
	for _, path := range []string{"authorize", "login", "consent", "v2/logout", "errors/", "errors/no_session", "", "favicon.ico", "nowhere"} {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodOptions, http.MethodHead} {
			for _, origin := range append(allowed, "https://evil.test", "null") {
				var form url.Values
				if method == http.MethodPost {
					form = quiet("every")
				}
				for _, query := range []string{"", "?" + quiet("every", "response_mode", "web_message").Encode()} {
					r := a.Fetch(method, path+query, form, "Origin", origin, "Access-Control-Request-Method", "GET")
					if hasCORS(r.Header) {
						t.Errorf("%s %s for %s: %v", method, path, origin, r.Header)
					}
				}
			}
		}
	}
}

func hasCORS(h http.Header) bool {
	for name := range h {
		if strings.HasPrefix(name, "Access-Control-") {
			return true
		}
	}
	return false
}
