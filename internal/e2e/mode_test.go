package e2e

import (
	"net/http"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/browsertest"
	"github.com/hush-sso/hush/internal/hushtest"
)

// TestFormPost: the answer sends itself to the redirect URI, success and
// refusal alike.
func TestFormPost(t *testing.T) {
	worlds(t, hushtest.Options{}, browsertest.Options{}, func(t *testing.T, w *world) {
		tab := w.tab()
		tab.Goto(w.authorize(w.notes.request("response_mode", "form_post", "prompt", "none")))
		if a := w.received(tab); a.Method != http.MethodPost || a.Params.Get("error") != "login_required" || a.Params.Has("code") {
			t.Errorf("refusal: %+v", a)
		}
		tab.Goto(w.authorize(w.notes.request("response_mode", "form_post")))
		fill(tab, "alice")
		a := w.received(tab)
		if c := w.claims(a); a.Method != http.MethodPost || c.Sub != "alice" || c.Nonce != "n" {
			t.Errorf("sign-in: %+v, claims %+v", a, c)
		}
		tab.Goto(w.authorize(w.notes.request("response_mode", "form_post", "prompt", "none", "response_type", "id_token")))
		if a := w.received(tab); a.Method != http.MethodPost || strings.Count(a.Params.Get("id_token"), ".") != 2 {
			t.Errorf("silent ID token: %+v", a)
		}
	})
}

// TestNoScript: without JavaScript a person can still sign in and send the
// answer on, and is told where that cannot work.
func TestNoScript(t *testing.T) {
	worlds(t, hushtest.Options{}, browsertest.Options{NoScript: true}, func(t *testing.T, w *world) {
		tab := w.tab()
		tab.Goto(w.authorize(w.notes.request("response_mode", "form_post")))
		fill(tab, "alice")
		tab.Wait("form button")
		if text := tab.Text("body"); !strings.Contains(text, "One more step") {
			t.Errorf("the answer page says %q", text)
		}
		tab.Click("form button")
		a := w.received(tab)
		if c := w.claims(a); a.Method != http.MethodPost || c.Sub != "alice" {
			t.Errorf("sign-in: %+v, claims %+v", a, c)
		}

		tab.Goto(w.authorize(w.notes.request("response_mode", "web_message", "prompt", "none")))
		if text := tab.Text("body"); !strings.Contains(text, "needs JavaScript") {
			t.Errorf("the message page says %q", text)
		}
		tab.Goto(w.Orders + "/")
		if text := tab.Text("noscript"); !strings.Contains(text, "needs JavaScript") {
			t.Errorf("the app says %q", text)
		}

		// Consent and refusal need no script either.
		tab.Goto(w.authorize(request("demo-reports", w.Reports+"/callback", "response_mode", "query")))
		tab.Click("button[value=deny]")
		tab.WaitEval(`location.search.includes("error=access_denied")`, patience)
		if at := tab.URL(); !strings.HasPrefix(at, w.Reports+"/callback?") {
			t.Errorf("the refusal went to %s", at)
		}
	})
}
