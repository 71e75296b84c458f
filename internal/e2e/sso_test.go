package e2e

import (
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/browsertest"
	"github.com/hush-sso/hush/internal/hushtest"
)

// TestSingleSignOn: one sign-in serves three apps, each with another library,
// and one sign-out ends it for all of them.
func TestSingleSignOn(t *testing.T) {
	worlds(t, hushtest.Options{}, browsertest.Options{}, func(t *testing.T, w *world) {
		orders := w.open(w.Orders)
		orders.is("signed-out")
		orders.logs(1, row{"page load", "login_required", "no_session"})
		orders.Click("#signin")
		fill(orders.Tab, "alice")
		orders.is("signed-in")
		if user, at := orders.Text("#user"), orders.URL(); user != "Alice Liddell" || at != w.Orders+"/" {
			t.Errorf("signed in as %q at %s", user, at)
		}
		orders.renew("", "")
		orders.callsAPI()
		orders.Goto(w.Orders + "/") // tokens are in memory only
		orders.is("signed-in")
		orders.logs(1, row{Trigger: "page load"})

		classic := w.open(w.Classic)
		classic.is("signed-in")
		classic.logs(1, row{Trigger: "page load"})
		classic.renew("", "")
		classic.callsAPI()

		reports := w.open(w.Reports)
		reports.logs(1, row{"page load", "consent_required", "consent_required"})
		reports.is("signed-out")
		reports.Click("#signin")
		reports.Wait("button[value=allow]") // the login page would not get here
		if text := reports.Text("main"); !strings.Contains(text, "Alice Liddell") || !strings.Contains(text, "See your reports") {
			t.Errorf("consent page: %s", text)
		}
		reports.Click("button[value=allow]")
		reports.is("signed-in")
		reports.callsAPI()
		reports.Goto(w.Reports + "/")
		reports.is("signed-in")
		reports.logs(1, row{Trigger: "page load"})
		reports.renew("", "")

		reports.Click("#signout")
		reports.WaitEval(`document.querySelector("#log tr[data-reason=signed_out]")`, patience)
		if at := reports.URL(); at != w.Reports+"/" {
			t.Errorf("sign-out ended at %s", at)
		}
		reports.is("signed-out")
		for _, a := range []app{orders, classic, reports} {
			a.renew("login_required", "signed_out")
			a.is("signed-out")
		}
	})
}

// TestConsentDeclined: the app learns it through the response mode, by redirect
// and by popup, and the user may still change their mind.
func TestConsentDeclined(t *testing.T) {
	worlds(t, hushtest.Options{}, browsertest.Options{}, func(t *testing.T, w *world) {
		reports := w.open(w.Reports)
		reports.is("signed-out")
		reports.Click("#signin")
		fill(reports.Tab, "bob")
		reports.Click("button[value=deny]")
		reports.declined(w)
		reports.is("signed-out")

		pop := w.popup(reports.Tab, func() { reports.Click("#signin-popup") })
		pop.Click("button[value=deny]")
		reports.declined(w)

		reports.Click("#signin")
		reports.Click("button[value=allow]")
		reports.is("signed-in")
		if user := reports.Text("#user"); user != "Bob Mason" {
			t.Errorf("signed in as %q", user)
		}
	})
}

// declined waits for the app to say that the user declined, and why, and clears
// what it said.
func (a app) declined(w *world) {
	a.t.Helper()
	a.WaitEval(`document.querySelector("#error")?.textContent.includes("access_denied")`, patience)
	var link string
	a.Eval(`document.querySelector("#error a")?.href ?? ""`, &link)
	if want := w.Issuer + "errors/consent_declined"; link != want {
		a.t.Errorf("the app's error leads to %q, want %q", link, want)
	}
	a.Eval(`document.querySelector("#error").replaceChildren()`, nil)
}

// TestPopup: the sign-in popup of auth0-spa-js closes itself.
func TestPopup(t *testing.T) {
	worlds(t, hushtest.Options{}, browsertest.Options{}, func(t *testing.T, w *world) {
		reports := w.open(w.Reports)
		reports.is("signed-out")
		pop := w.popup(reports.Tab, func() { reports.Click("#signin-popup") })
		fill(pop, "alice")
		pop.Click("button[value=allow]")
		reports.is("signed-in")
		w.eventually("the popup to close itself", func() bool { return !pop.Open() })
		reports.renew("", "")

		// Another tab of the app needs no popup.
		again := w.open(w.Reports)
		again.is("signed-in")
	})
}
