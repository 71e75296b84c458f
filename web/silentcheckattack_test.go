package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
)

// TestCheckRunsNothing of what stands in its address or in an app's registration, in the
// page, in what its script reads, and in what a developer pastes.
func TestCheckRunsNothing(t *testing.T) {
	const evil = `"');alert(1)//</script><script>alert(2)</script><img src=x onerror=alert(3)>${alert(4)}`
	p := node(t, embedded(t), func(o *provider.Options) {
		for i := range o.Clients {
			if o.Clients[i].ID == "guest" {
				o.Clients[i].Name = evil
			}
		}
	})
	a := signIn(t, browser(t, p), "alice")
	for _, address := range []string{
		"silent/check?" + url.Values{"client_id": {evil}}.Encode(), "silent/check?client_id=guest", "silent/check/frame?client_id=guest",
		"silent/check?client_id=guest&ui_locales=" + url.QueryEscape(evil), "silent/check/frame?client_id=guest&origin=" + url.QueryEscape(evil),
	} {
		r := a.Get(address)
		policy := r.Header.Get("Content-Security-Policy")
		if r.Status != http.StatusOK || strings.Contains(r.Body, "<script>") || strings.Contains(r.Body, "<img src=x") || strings.Contains(r.Body, `"');alert`) {
			t.Errorf("%s: %d\n%s", address, r.Status, r.Body)
		}
		if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "script-src 'nonce-") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: %s", address, policy)
		}
	}
}

// TestCheckChangesNothing: who opens the check of an app, lured there from anywhere,
// allows it nothing and is signed in as before.
func TestCheckChangesNothing(t *testing.T) {
	store := embedded(t)
	a := signIn(t, browser(t, node(t, store, nil)), "alice")
	sso := a.Cookie(ssoCookie)
	for _, dest := range []string{"document", "iframe"} {
		for _, path := range []string{"silent/check?client_id=guest", "silent/check/frame?client_id=guest", "silent/check/facts?client_id=guest"} {
			r := fromOrigin(a, path, dest)
			for _, cookie := range r.Set {
				if !strings.Contains(cookie.Name, "check") {
					t.Errorf("%s in %s sets %v", path, dest, cookie)
				}
			}
			if r.Header.Get("Set-Login") != "" || r.Header.Get("Access-Control-Allow-Origin") != "" || strings.Contains(r.Body, "alice") {
				t.Errorf("%s in %s: %v\n%s", path, dest, r.Header, r.Body)
			}
		}
	}
	consents, err := store.Client().Keys(t.Context(), "hush:{u:*}:consents").Result()
	if err != nil || len(consents) > 0 || a.Cookie(ssoCookie) != sso {
		t.Errorf("something changed: %v %v", consents, err)
	}
}

// fromOrigin opens an address as a page of another site does.
func fromOrigin(a *hushtest.Agent, path, dest string) *hushtest.Reply {
	for name, value := range map[string]string{"Sec-Fetch-Dest": dest, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"} {
		a.SetHeader(name, value)
		defer a.SetHeader(name, "")
	}
	return a.Get(path)
}
