package clients

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hush-sso/hush/internal/browsertest"
	"github.com/hush-sso/hush/internal/client"
)

// untold stands in front of a provider. Where on, the browser does not tell that it
// has a grant until it is asked.
type untold struct{ on atomic.Bool }

func (u *untold) around(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if u.on.Load() && r.Header.Get("Sec-Fetch-Storage-Access") == "inactive" {
			r.Header.Set("Sec-Fetch-Storage-Access", "none")
		}
		next.ServeHTTP(w, r)
	})
}

// TestStorageAccess: third-party cookies are blocked, and the user once let the
// provider have its cookies in pages of the app. From then on the libraries renew in
// their hidden iframes as they are, in two requests: by the header, and by the page
// that asks. msal-browser's iframe has a sandbox that forbids to ask.
func TestStorageAccess(t *testing.T) {
	if testing.Short() {
		t.Skip("drives a browser")
	}
	var u untold
	// A renewal cookie would need no access.
	s := newStage(t, u.around, func(c *client.Spec) { c.NoRenewalCookie = true })
	strict := browsertest.New(t, browsertest.Options{HostRules: s.HostRules, ThirdPartyCookies: browsertest.Blocked, NoPageCache: true})
	for _, l := range libraries {
		if l.fullPage {
			continue // asks no iframe across sites
		}
		t.Run(l.slug(), func(t *testing.T) {
			u.on.Store(false)
			a := s.visit(t, strict, l, plain, s.across)
			strict.GrantStorageAccess(a.base, strings.TrimSuffix(s.Issuer, "/"))
			asks := func() int { return strings.Count(s.Log(), `"endpoint":"authorize"`) }
			before := asks()
			a.renew()
			if n := asks() - before; n != 2 {
				t.Errorf("the renewal by the header took %d requests", n)
			}
			if u.on.Store(true); l.slug() != "msal-browser" {
				before = asks()
				a.renew()
				if n := asks() - before; n != 2 {
					t.Errorf("the renewal by the page took %d requests", n)
				}
			}
			s.signOutElsewhere(a)
			a.refuse()
		})
	}
}
