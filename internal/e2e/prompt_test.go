package e2e

import (
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/browsertest"
	"github.com/hush-sso/hush/internal/hushtest"
)

// TestPrompts: what an app can ask for although somebody is signed in.
func TestPrompts(t *testing.T) {
	worlds(t, hushtest.Options{}, browsertest.Options{}, func(t *testing.T, w *world) {
		orders := w.signedInAt(w.Orders)
		tab := w.tab()
		ask := func(over ...string) { tab.Goto(w.authorize(w.notes.request(over...))) }
		ask()
		before := w.claims(w.received(tab))
		if before.Sub != "alice" {
			t.Fatalf("signed in as %+v", before)
		}

		ask("prompt", "select_account")
		if text := tab.Text("button[value='1']"); !strings.Contains(text, "Alice Liddell") || !strings.Contains(text, "alice@demo.example") {
			t.Errorf("the account page offers %q", text)
		}
		tab.Click("button[value='1']")
		if c := w.claims(w.received(tab)); c.Sub != "alice" || c.SID != before.SID || c.AuthTime != before.AuthTime {
			t.Errorf("continue: %+v, before %+v", c, before)
		}

		// Both ask for the password, and it is the same session afterwards.
		for _, over := range [][]string{{"prompt", "login"}, {"max_age", "0"}} {
			ask(over...)
			if text := tab.Text("#notice"); text != "This app asks you to confirm that it is you. Please enter your password again." {
				t.Errorf("%s: the sign-in page says %q", over, text)
			}
			fill(tab, "alice")
			if c := w.claims(w.received(tab)); c.Sub != "alice" || c.SID != before.SID || c.AuthTime < before.AuthTime {
				t.Errorf("%s: %+v, before %+v", over, c, before)
			}
			orders.renew("", "")
		}

		ask("prompt", "consent")
		tab.Click("button[value=allow]")
		if c := w.claims(w.received(tab)); c.SID != before.SID {
			t.Errorf("consent: %+v, before %+v", c, before)
		}

		ask("prompt", "select_account")
		tab.Click("button[value=other]")
		fill(tab, "bob")
		if c := w.claims(w.received(tab)); c.Sub != "bob" || c.SID == before.SID {
			t.Errorf("another account: %+v, before %+v", c, before)
		}
		// The app goes on with Alice, whom its id_token_hint names and who is signed
		// in beside Bob; without a hint it would be Bob's by now.
		orders.renew("", "")
		orders.WaitEval(`document.querySelector("#user").textContent === "Alice Liddell"`, patience)
	})
}

// TestPromptNone by redirect is never a page.
func TestPromptNone(t *testing.T) {
	worlds(t, hushtest.Options{}, browsertest.Options{}, func(t *testing.T, w *world) {
		tab := w.tab()
		ask := func(over ...string) answer {
			tab.Goto(w.authorize(w.notes.request(append(over, "prompt", "none")...)))
			return w.received(tab)
		}
		if a := ask(); a.Params.Get("error") != "login_required" || a.Params.Get("error_uri") != w.Issuer+"errors/no_session" {
			t.Errorf("signed out: %v", a.Params)
		}
		w.signedInAt(w.Orders)
		if c := w.claims(ask()); c.Sub != "alice" {
			t.Errorf("signed in: %+v", c)
		}
		if a := ask("max_age", "0"); a.Params.Get("error") != "login_required" || a.Params.Get("error_uri") != w.Issuer+"errors/max_age_exceeded" {
			t.Errorf("max_age=0: %v", a.Params)
		}
		// The error's own page explains it.
		tab.Goto(w.Issuer + "errors/max_age_exceeded")
		if text := tab.Text("h1"); text == "" {
			t.Error("the page of the reason has no heading")
		}
	})
}
