package web_test

import (
	"net/http"
	"testing"
)

// TestPrefetchSignsNobodyOut: a browser that fetches a link ahead of time sends
// its cookies and calls it a document, but nobody followed the link.
func TestPrefetchSignsNobodyOut(t *testing.T) {
	a := signIn(t, browser(t, node(t, embedded(t), nil)), "alice")
	for _, purpose := range []string{"prefetch", "prefetch;prerender", "prefetch;anonymous-client-ip"} {
		b := fromElsewhere(t, a, "document", "cross-site")
		b.SetHeader("Sec-Purpose", purpose)
		r := b.Get("v2/logout?client_id=every")
		isPage(t, r, http.StatusForbidden)
		if len(r.Set) > 0 {
			t.Errorf("%s: cookies %v", purpose, r.Set)
		}
	}
	silently(t, a, "")
}
