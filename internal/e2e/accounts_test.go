package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/browsertest"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/session"
)

// TestTwoAccounts: two people in one browser, each in their app, and an app that
// belongs to neither yet.
func TestTwoAccounts(t *testing.T) {
	worlds(t, hushtest.Options{}, browsertest.Options{}, func(t *testing.T, w *world) {
		orders := w.signedInAt(w.Orders)
		// Reports would be Alice's without a question: Bob says that it is not.
		reports := w.open(w.Reports)
		reports.is("signed-out")
		reports.Click("#signin")
		reports.Click("a[href*='account=other']")
		fill(reports.Tab, "bob")
		reports.Click("button[value=allow]")
		reports.is("signed-in")
		reports.shows("Bob Mason")
		orders.renew("", "")
		orders.shows("Alice Liddell")

		// Classic was neither's. Silently it is not guessed; then the person chooses.
		classic := w.open(w.Classic)
		classic.is("signed-out")
		classic.renew("account_selection_required", "account_ambiguous")
		classic.Click("#signin")
		classic.Wait("button.account")
		var names string
		classic.Eval(`[...document.querySelectorAll(".account bdi")].map(e => e.textContent).join()`, &names)
		if names != "Bob Mason,bob@demo.example,Alice Liddell,alice@demo.example" {
			t.Errorf("the account page offers %s", names)
		}
		classic.Click("button[value='2']")
		classic.is("signed-in")
		classic.shows("Alice Liddell")
		classic.renew("", "")
		reports.renew("", "")
		reports.shows("Bob Mason")

		// Signing out is signing out, of both.
		reports.Click("#signout")
		reports.is("signed-out")
		orders.renew("login_required", "signed_out")
		classic.renew("login_required", "signed_out")
	})
}

// shows waits until the app shows the user.
func (a app) shows(user string) {
	a.t.Helper()
	a.WaitEval(fmt.Sprintf(`document.querySelector("#user")?.textContent === %q`, user), patience)
}

// TestBrowserRestart: who asked to stay signed in still is when the browser is
// opened again, and who did not is not.
func TestBrowserRestart(t *testing.T) {
	parallel(t)
	w := newWorld(t, hushtest.Options{
		Policy: session.Policy{Remember: &session.Limits{Idle: 240 * time.Hour, Lifetime: 720 * time.Hour}},
	})
	o := browsertest.Options{HostRules: w.HostRules, Profile: t.TempDir()}
	w.visit(t, browsertest.New(t, o), func(t *testing.T, w *world) {
		tab := w.tab()
		tab.Goto(w.authorize(w.notes.request()))
		fill(tab, "alice")
		w.received(tab)
		tab.Goto(w.authorize(w.notes.request("prompt", "login")))
		tab.Click("#remember")
		fill(tab, "bob")
		if c := w.claims(w.received(tab)); c.Sub != "bob" {
			t.Fatalf("signed in as %+v", c)
		}
		w.offers(tab, "Alice Liddell,Bob Mason")
	})
	w.b.Close()
	w.b = browsertest.New(t, o)
	tab := w.tab()
	tab.Goto(w.authorize(w.notes.request("prompt", "none")))
	if c := w.claims(w.received(tab)); c.Sub != "bob" {
		t.Errorf("after a restart: %+v", c)
	}
	w.offers(tab, "Bob Mason")
	orders := w.open(w.Orders)
	orders.is("signed-in") // without a click
	orders.shows("Bob Mason")
}

// offers compares whom the account page offers.
func (w *world) offers(tab *browsertest.Tab, want string) {
	w.t.Helper()
	tab.Goto(w.authorize(w.notes.request("prompt", "select_account")))
	tab.Wait("button.account")
	var names string
	tab.Eval(`[...document.querySelectorAll(".account .name bdi")].map(e => e.textContent).join()`, &names)
	if names != want {
		w.t.Errorf("the account page offers %s, want %s", names, want)
	}
}
