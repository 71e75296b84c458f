package clients

import (
	"testing"

	"github.com/hush-sso/hush/internal/browsertest"
)

// TestRenewalCookie: third-party cookies are blocked, and app and provider are of
// unrelated sites. What the library's own fetch of tokens planted renews in its hidden
// iframe, and ends with the session.
func TestRenewalCookie(t *testing.T) {
	if testing.Short() {
		t.Skip("drives a browser")
	}
	s := newStage(t, nil)
	strict := browsertest.New(t, browsertest.Options{HostRules: s.HostRules, ThirdPartyCookies: browsertest.Blocked, NoPageCache: true})
	for _, l := range libraries {
		for _, w := range []way{plain, credentials, hushjs} {
			if !l.has(w) || w == plain && !l.credentials {
				continue
			}
			t.Run(l.id(w), func(t *testing.T) {
				a := s.visit(t, strict, l, w, s.across)
				if w == hushjs {
					a.by("renewal-cookie")
				} else {
					a.renew()
				}
				a.renew()
				s.signOutElsewhere(a)
				a.refuse()
				a.signIn() // and plants anew
				a.renew()
			})
		}
	}
}
