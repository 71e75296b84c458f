package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/web/sdk"
)

// TestModule: pages of any app may load hush.js, also those that are cross-origin
// isolated, and caches know when it is another one.
func TestModule(t *testing.T) {
	s := start(t, hushtest.Options{})
	a := s.Node(0)
	for name, kind := range map[string]string{"hush.js": "text/javascript; charset=utf-8", "hush.d.ts": "text/plain; charset=utf-8"} {
		want, _ := sdk.Find(name)
		for query, cache := range map[string]string{
			"": "no-cache", "?v=" + sdk.Version: "public, max-age=31536000, immutable", "?v=0.9.0": "no-cache", "?v=": "no-cache",
		} {
			r := a.Fetch(http.MethodGet, "silent/"+name+query, nil, "Origin", "https://app.unknown.test", "Sec-Fetch-Mode", "cors")
			if r.Status != http.StatusOK || r.Body != string(want.Body) {
				t.Fatalf("%s%s: %d", name, query, r.Status)
			}
			for header, value := range map[string]string{
				"Content-Type": kind, "ETag": want.ETag, "Cache-Control": cache, "Access-Control-Allow-Origin": "*",
				"Access-Control-Allow-Credentials": "", "Cross-Origin-Resource-Policy": "cross-origin",
				"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
				"Set-Cookie": "", "Vary": "",
			} {
				if got := r.Header.Get(header); got != value {
					t.Errorf("%s%s: %s is %q, want %q", name, query, header, got, value)
				}
			}
		}
		if r := a.Fetch(http.MethodGet, "silent/"+name, nil, "If-None-Match", want.ETag); r.Status != http.StatusNotModified || r.Body != "" {
			t.Errorf("%s again: %d", name, r.Status)
		}
		if r := a.Fetch(http.MethodPost, "silent/"+name, nil); r.Status != http.StatusMethodNotAllowed || !strings.HasPrefix(r.Header.Get("Allow"), "GET") {
			t.Errorf("POST %s: %d", name, r.Status)
		}
	}
	if r := a.Fetch(http.MethodGet, "silent/package.json", nil); r.Status != http.StatusNotFound {
		t.Errorf("package.json: %d", r.Status)
	}
}
