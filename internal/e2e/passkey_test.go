package e2e

import (
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/browsertest"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
)

// TestPasskey adds a passkey on the page about second factors and signs in with it: the
// browser offers it in the sign-in form, where nobody types anything. On localhost: the
// browser has no passkeys for a host whose certificate it does not trust.
func TestPasskey(t *testing.T) {
	parallel(t)
	w := newWorld(t, hushtest.Options{Localhost: true, Factors: &provider.Factors{}})
	w.local = true
	w.visit(t, browsertest.New(t, browsertest.Options{}), func(t *testing.T, w *world) {
		a := w.signedInAt(w.Orders)
		a.Passkeys()
		a.Goto(w.Issuer + "account/factors")
		a.Type("#name", "Laptop")
		a.Click("form[data-passkey] [data-ask]")
		a.Wait("#recovery")
		a.Goto(w.Issuer + "account/factors")
		if text := a.Text("main"); !strings.Contains(text, "Laptop") || !strings.Contains(text, "codes that are left: 10") {
			t.Errorf("the page says %s", text)
		}

		w.forget()
		a.Goto(w.Orders + "/")
		a.is("signed-out")
		a.Click("#signin")
		a.is("signed-in")

		// As the second step, after a password.
		w.forget()
		other := w.open(w.Reports)
		other.Passkeys() // a device that does not know the user
		other.is("signed-out")
		other.Click("#signin")
		fill(other.Tab, "alice")
		other.Wait("#code")
		other.Click("[data-ask]")
		other.WaitEval(`document.querySelector("[data-failed]")?.hidden === false`, patience)
	})
}
