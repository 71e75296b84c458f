package e2e

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/hush-sso/hush/internal/browsertest"
	"github.com/hush-sso/hush/internal/hushtest"
)

// checked is what the check tells the app's page.
type checked struct {
	Rungs  map[string]string
	Answer string
}

// check runs what the check's page tells a developer to paste, in a page of the app,
// and returns what the page hears.
func (w *world) check(clientID, at string) (*browsertest.Tab, checked) {
	w.t.Helper()
	page := w.tab()
	page.Goto(w.Issuer + "silent/check?client_id=" + clientID)
	paste := page.Text("#paste")
	page.WaitEval(`!document.querySelector('[data-state="wait"]')`, patience)
	tab := w.b.Tab(w.t) // the apps' own silent attempts are refused there, aloud
	tab.Goto(at)
	tab.Eval(`void addEventListener("message", (e) => { if (e.data?.type === "hush_check") window.checked = {...e.data, origin: e.origin} })`, nil)
	tab.Eval(paste, nil)
	tab.WaitEval(`window.checked`, patience)
	var got checked
	var raw json.RawMessage
	tab.Eval(`window.checked`, &raw)
	if err := json.Unmarshal(raw, &got); err != nil {
		w.t.Fatal(err)
	}
	return tab, got
}

func (c checked) is(t *testing.T, answer string, rungs map[string]string) {
	t.Helper()
	if c.Answer != answer {
		t.Errorf("the silent request says %q, want %q", c.Answer, answer)
	}
	for name, want := range rungs {
		if c.Rungs[name] != want {
			t.Errorf("%s: %q, want %q", name, c.Rungs[name], want)
		}
	}
}

// TestCheckBlocked: with third-party cookies blocked the check tells what holds, and
// after a grant what the grant brings.
func TestCheckBlocked(t *testing.T) {
	onSites(t, hushtest.Options{}, browsertest.Options{ThirdPartyCookies: browsertest.Blocked}, func(t *testing.T, w *world) {
		w.signedInAt(w.Orders)
		tab, got := w.check("demo-orders", w.Orders+"/callback")
		t.Logf("%+v", got)
		tab.Screenshot("/tmp/check/blocked.png", false)
		w.b.GrantStorageAccess(w.Orders, w.origin())
		tab, got = w.check("demo-orders", w.Orders+"/callback")
		t.Logf("%+v", got)
		tab.Screenshot("/tmp/check/granted.png", false)
		p := w.tab()
		p.Goto(w.Issuer + "silent/check?client_id=demo-orders")
		p.Screenshot("/tmp/check/top.png", true)
	})
}

var _ = http.StatusOK
