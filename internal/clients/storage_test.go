package clients

import (
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/browsertest"
)

// TestStorageAccess: third-party cookies are blocked, and the user once let the
// provider have its cookies in pages of the app. From then on the libraries renew in
// their hidden iframes as they are.
func TestStorageAccess(t *testing.T) {
	if testing.Short() {
		t.Skip("drives a browser")
	}
	s := newStage(t)
	strict := browsertest.New(t, browsertest.Options{HostRules: s.HostRules, ThirdPartyCookies: browsertest.Blocked, NoPageCache: true})
	for _, l := range libraries {
		if l.fullPage {
			continue // asks no iframe across sites
		}
		t.Run(l.slug(), func(t *testing.T) {
			a := s.visit(t, strict, l, plain, s.across)
			strict.GrantStorageAccess(a.base, strings.TrimSuffix(s.Issuer, "/"))
			a.renew()
			s.signOutElsewhere(a)
			a.refuse()
		})
	}
}
