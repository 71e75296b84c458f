package e2e

import (
	"testing"

	"github.com/hush-sso/hush/internal/browsertest"
	"github.com/hush-sso/hush/internal/hushtest"
)

// TestTwoSignInPages: what one tab does to the browser's cookies must not break
// the sign-in that another tab began.
func TestTwoSignInPages(t *testing.T) {
	worlds(t, hushtest.Options{}, browsertest.Options{}, func(t *testing.T, w *world) {
		t.Run("of two apps", func(t *testing.T) {
			w := w.again(t)
			first, second := w.open(w.Orders), w.open(w.Classic)
			for _, a := range []app{first, second} {
				a.Click("#signin")
				a.Wait("input[name=password]")
			}
			for _, a := range []app{second, first} {
				fill(a.Tab, "alice")
				a.is("signed-in")
			}
			second.renew("", "") // the same session went on
		})
		// A POST from another site carries no Lax cookie. Whoever took that for
		// a browser without one, and gave it another, would break the first tab.
		t.Run("one by POST from another site", func(t *testing.T) {
			for _, postFirst := range []bool{true, false} {
				w := w.again(t)
				orders := w.open(w.Orders)
				orders.Click("#signin")
				orders.Wait("input[name=password]")
				tab := w.tab()
				tab.Goto(w.notes.base + "/post")
				tab.Click("#post")
				tab.Wait("input[name=password]")
				finish := func() {
					fill(tab, "alice")
					if c := w.claims(w.received(tab)); c.Sub != "alice" {
						t.Errorf("signed in as %+v", c)
					}
				}
				if postFirst {
					finish()
				}
				fill(orders.Tab, "alice")
				orders.is("signed-in")
				if !postFirst {
					finish()
				}
				orders.renew("", "")
			}
		})
		// The POST may also be a browser's very first request.
		t.Run("by POST alone", func(t *testing.T) {
			w := w.again(t)
			tab := w.tab()
			tab.Goto(w.notes.base + "/post")
			tab.Click("#post")
			fill(tab, "alice")
			first := w.claims(w.received(tab))
			tab.Goto(w.notes.base + "/post")
			tab.Click("#post") // signed in by now
			if c := w.claims(w.received(tab)); c.SID != first.SID || c.SID == "" {
				t.Errorf("sessions %+v, then %+v", first, c)
			}
		})
	})
}

// TestHistory: a sign-in form that was used, or whose password was wrong, is no
// dead end.
func TestHistory(t *testing.T) {
	worlds(t, hushtest.Options{}, browsertest.Options{}, func(t *testing.T, w *world) {
		orders := w.open(w.Orders)
		orders.Click("#signin")
		orders.Wait("input[name=password]")
		orders.Type("input[name=username]", "alice")
		orders.Type("input[name=password]", "wrong")
		orders.Press("\r")
		if text := orders.Text("#error"); text != "Wrong user name or password." {
			t.Errorf("a wrong password: %q", text)
		}
		fill(orders.Tab, "alice")
		orders.is("signed-in")

		// Reload the consent page before answering it.
		reports := w.open(w.Reports)
		reports.is("signed-out")
		reports.Click("#signin")
		reports.Wait("button[value=allow]")
		reports.Eval("location.reload()", nil)
		reports.WaitEval(`performance.getEntriesByType("navigation")[0].type === "reload"`, patience)
		reports.Click("button[value=allow]")
		reports.is("signed-in")
	})
}
