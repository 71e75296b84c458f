package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
)

// TestConsentShowsTheApp: its picture from our own address, and links to its
// pages.
func TestConsentShowsTheApp(t *testing.T) {
	const svg = `<svg xmlns="http://www.w3.org/2000/svg"/>`
	s := start(t, hushtest.Options{Clients: []client.Spec{{
		ID: "pictured", RedirectURIs: []string{"https://app.pictured.test/cb"},
		ClientURI: "https://app.pictured.test/about", PolicyURI: "https://app.pictured.test/privacy", TOSURI: "https://app.pictured.test/terms",
		Logo: &client.Logo{Name: "0123456789abcdef.svg", Body: []byte(svg)},
	}}})
	a := signIn(t, s.Node(0), "alice")
	r := a.Authorize(request("pictured", "redirect_uri", "https://app.pictured.test/cb"))
	for _, want := range []string{
		`src="/logo/0123456789abcdef.svg"`, `href="https://app.pictured.test/about"`, `href="https://app.pictured.test/privacy"`, `href="https://app.pictured.test/terms"`,
	} {
		if !strings.Contains(r.Body, want) {
			t.Errorf("the page lacks %s\n%s", want, r.Body)
		}
	}
	if strings.Contains(r.Body, "not verified") {
		t.Error("an app of the configuration is called unverified")
	}
	picture := a.Get("logo/0123456789abcdef.svg")
	if picture.Status != http.StatusOK || picture.Body != svg || picture.Header.Get("Content-Type") != "image/svg+xml" {
		t.Errorf("status %d, %v, %q", picture.Status, picture.Header, picture.Body)
	}
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox", "X-Content-Type-Options": "nosniff",
		"Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "public, max-age=31536000, immutable",
	} {
		if got := picture.Header.Get(name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	isPage(t, a.Get("logo/fedcba9876543210.svg"), http.StatusNotFound)
}
