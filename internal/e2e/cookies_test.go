package e2e

import (
	"testing"

	"github.com/hush-sso/hush/internal/browsertest"
	"github.com/hush-sso/hush/internal/hushtest"
)

// TestCookiesBlocked: where the browser holds third-party cookies back, apps on
// other sites sign in by redirect without a second password. Those whose code planted a
// renewal cookie renew silently from then on; the one by the implicit grant is told what
// is wrong, and keeps its tokens.
func TestCookiesBlocked(t *testing.T) {
	onSites(t, hushtest.Options{}, browsertest.Options{ThirdPartyCookies: browsertest.Blocked}, func(t *testing.T, w *world) {
		for i, base := range []string{w.Orders, w.Classic, w.Reports} {
			a := w.open(base)
			a.is("signed-out")
			a.logs(1, row{"page load", "login_required", "cookie_blocked"})
			a.Click("#signin")
			if i == 0 {
				fill(a.Tab, "alice")
			}
			if base == w.Reports {
				a.Click("button[value=allow]")
			}
			a.is("signed-in")
			a.callsAPI()
			if base != w.Classic {
				a.renew("", "")
				continue
			}
			a.renew("login_required", "cookie_blocked")
			a.is("signed-in")
			a.Goto(base + "/")
			a.is("signed-out")
			a.Click("#signin") // comes straight back
			a.is("signed-in")
		}
		reports := w.open(w.Reports)
		reports.is("signed-in")
		// A redirect has the cookie, silent ones included.
		tab := w.tab()
		silently := func() answer {
			tab.Goto(w.authorize(w.notes.request("prompt", "none")))
			return w.received(tab)
		}
		if c := w.claims(silently()); c.Sub != "alice" {
			t.Errorf("by redirect: %+v", c)
		}
		reports.Click("#signout")
		reports.logs(1, row{"page load", "login_required", "signed_out"})
		reports.is("signed-out")
		if a := silently(); a.Params.Get("error_uri") != w.Issuer+"errors/signed_out" {
			t.Errorf("after the sign-out: %v", a.Params)
		}
	})
}
