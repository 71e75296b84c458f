package e2e

import (
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/browsertest"
	"github.com/hush-sso/hush/internal/hushtest"
)

// TestAccount: somebody who is signed in with two browsers ends the one from the
// other, by the demo's own link, and then changes the password. Each time the
// other's silent renewal is refused, and says why.
func TestAccount(t *testing.T) {
	onSites(t, hushtest.Options{}, browsertest.Options{}, func(t *testing.T, w *world) {
		here := w.signedInAt(w.Orders)
		here.is("signed-in")
		far := *w
		far.b = browsertest.New(t, browsertest.Options{HostRules: w.HostRules})
		there := far.signedInAt(w.Orders)
		there.is("signed-in")
		there.renew("", "")

		page := here.Tab
		page.Click("#account")
		page.Wait(".places > li:nth-child(2)")
		if text := page.Text(".places"); !strings.Contains(text, "Headless Chrome on Linux") || !strings.Contains(text, "This browser") || strings.Count(text, "Orders") != 2 {
			t.Errorf("the page says %s", text)
		}
		page.Click(".places > li:nth-child(2) button")
		page.Wait("#notice")
		if text := page.Text("main"); !strings.Contains(text, "The other browser is signed out.") || strings.Contains(text, "Sign out everywhere else") {
			t.Errorf("the page says %s", text)
		}
		there.renew("login_required", "session_revoked")
		there.is("signed-out")

		there.Click("#signin")
		fill(there.Tab, "alice")
		there.is("signed-in")
		page.Click(".fine a")
		page.Wait("#current")
		page.Type("#current", "wonderland")
		page.Type("#next", "through the looking-glass")
		page.Type("#again", "through the looking-glass")
		page.Press("\r")
		page.Wait("#notice")
		if text := page.Text("main"); !strings.Contains(text, "Your password is changed.") {
			t.Errorf("the page says %s", text)
		}
		there.renew("login_required", "password_changed")
		there.is("signed-out")
		again := w.open(w.Orders) // this browser goes on
		again.is("signed-in")
		again.renew("", "")

		page.Click(".places > li:nth-child(1) button")
		page.Wait(".done")
		again.renew("login_required", "signed_out")
	})
}
