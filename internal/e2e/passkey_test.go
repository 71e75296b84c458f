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

		w.withSecurityKey()
	})
}

// withSecurityKey adds a key that stands for no password, signs in with it after one, and
// takes it away.
func (w *world) withSecurityKey() {
	w.t.Helper()
	w.forget()
	bob := w.open(w.Orders)
	bob.SecurityKey()
	signIn := func() {
		w.t.Helper()
		bob.Goto(w.Orders + "/")
		bob.is("signed-out")
		bob.Click("#signin")
		fill(bob.Tab, "bob")
	}
	signIn()
	bob.is("signed-in")
	bob.Goto(w.Issuer + "account/factors")
	bob.Type("#name", "Key")
	bob.Click("form[data-passkey] [data-ask]")
	bob.Wait("#recovery")

	w.forget()
	signIn()
	bob.Wait("#code")
	bob.Click("[data-ask]")
	bob.is("signed-in")
	bob.Goto(w.Issuer + "account/factors")
	bob.Click("button[name=remove]")
	bob.WaitEval(`document.querySelector("main")?.innerText.includes("with your password alone") && !document.querySelector("[name=remove]")`, patience)

	w.forget()
	signIn()
	bob.is("signed-in") // and nothing more is asked
}
