package demo

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/browsertest"
)

const wait = time.Minute

func waitState(tab *browsertest.Tab, state string) {
	tab.WaitEval(fmt.Sprintf("document.getElementById('state')?.textContent === %q", state), wait)
}

func waitRows(tab *browsertest.Tab, n int, first string) {
	tab.WaitEval(fmt.Sprintf("document.querySelectorAll('#log tr').length === %d && document.querySelector('#log tr').matches(%q)", n, first), wait)
}

// The three apps with their real libraries: sign-in, silent renewal, the API,
// every kind of refusal, and sign-out.
func TestAppsInBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("drives a browser")
	}
	b := browsertest.New(t, browsertest.Options{})
	for _, name := range []string{"orders", "reports", "classic"} {
		t.Run(name, func(t *testing.T) {
			f := newFakeProvider(t)
			c := serveDemo(t, f)
			base := map[string]string{"orders": c.Orders, "reports": c.Reports, "classic": c.Classic}[name]
			tab := b.Tab(t)
			tab.Goto(base + "/")
			waitState(tab, "signed-out")
			waitRows(tab, 1, `[data-result=error][data-error=login_required][data-reason=no_session]`)

			f.deny.Store("access_denied consent_denied")
			tab.Click("#signin")
			tab.WaitEval("!document.getElementById('error').hidden", wait)
			if got := tab.Text("#error"); !strings.Contains(got, "access_denied") || !strings.HasSuffix(got, "consent_denied") {
				t.Errorf("denied sign-in: %q", got)
			}
			f.deny.Store("")
			tab.Click("#signin")
			waitState(tab, "signed-in")
			if user, u := tab.Text("#user"), tab.URL(); user != "Alice Example" || u != base+"/" {
				t.Errorf("user %q at %s", user, u)
			}
			callsAPI(t, tab, name)

			tab.Goto(base + "/") // a reload: tokens are in memory only
			waitState(tab, "signed-in")
			waitRows(tab, 1, `[data-result=ok][data-error=""]`)
			refusals(tab, f)

			tab.Click("#signout")
			waitState(tab, "signed-out")
			waitRows(tab, 1, "[data-reason=no_session]") // on the page that the provider returned to

			if v := tab.Violations(); len(v) > 0 {
				t.Errorf("CSP: %v", v)
			}
			for _, line := range tab.Console() {
				if strings.HasPrefix(line, "exception") {
					t.Error(line)
				}
			}
		})
	}
}

// callsAPI tries both tokens at the API.
func callsAPI(t *testing.T, tab *browsertest.Tab, name string) {
	t.Helper()
	list := map[string]string{"orders": `"orders"`, "reports": `"reports"`, "classic": `"orders"`}[name]
	tab.Click("#call-api")
	tab.WaitEval("document.getElementById('api-result').dataset.status === '200'", wait)
	if got := tab.Text("#api-result"); !strings.Contains(got, list) {
		t.Errorf("API: %s", got)
	}
	tab.Click("#call-api-id-token")
	tab.WaitEval("document.getElementById('api-result').dataset.status === '401'", wait)
	if got := tab.Text("#api-result"); !strings.Contains(got, "This is an ID token") || !strings.Contains(got, "WWW-Authenticate") {
		t.Errorf("API with the ID token: %s", got)
	}
	var id, access struct{ Iss, Typ, Scope string }
	if json.Unmarshal([]byte(tab.Text("#id-claims")), &id) != nil || json.Unmarshal([]byte(tab.Text("#access-claims")), &access) != nil || id.Iss == "" || access.Scope == "" {
		t.Errorf("claims: %+v %+v", id, access)
	}
}

// refusals: an outage keeps the session, missing consent asks for a sign-in,
// login_required ends it, and a sign-in elsewhere brings it back.
func refusals(tab *browsertest.Tab, f *fakeProvider) {
	f.refuse.Store("temporarily_unavailable redis_unavailable")
	tab.Click("#renew")
	waitRows(tab, 2, `[data-error=temporarily_unavailable][data-reason=redis_unavailable]`)
	waitState(tab, "signed-in")
	f.refuse.Store("consent_required consent_required")
	tab.Click("#renew")
	waitRows(tab, 3, `[data-error=consent_required]`)
	tab.WaitEval("document.getElementById('notice').textContent.includes('consent') && !document.getElementById('signin').hidden", wait)
	f.refuse.Store("login_required signed_out")
	tab.Click("#renew")
	waitRows(tab, 4, `[data-error=login_required][data-reason=signed_out]`)
	waitState(tab, "signed-out")
	f.refuse.Store("")
	tab.Click("#renew")
	waitRows(tab, 5, `[data-result=ok]`)
	waitState(tab, "signed-in")
}

func TestPopupInBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("drives a browser")
	}
	f := newFakeProvider(t)
	c := serveDemo(t, f)
	tab := browsertest.New(t, browsertest.Options{}).Tab(t)
	tab.Goto(c.Reports + "/")
	waitState(tab, "signed-out")
	tab.Click("#signin-popup")
	waitState(tab, "signed-in")
	// A short life is renewed at three quarters, without anybody's doing.
	f.life.Store(8)
	tab.Click("#renew")
	before := f.attempts.Load()
	tab.WaitEval("document.querySelectorAll('#log tr[data-trigger=\"before expiry\"][data-result=ok]').length > 0", time.Minute)
	if f.attempts.Load() <= before {
		t.Error("no automatic renewal")
	}
}

// One sign-in serves the other apps, and a sign-out is seen by a tab that comes
// back.
func TestSSOInBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("drives a browser")
	}
	f := newFakeProvider(t)
	c := serveDemo(t, f)
	b := browsertest.New(t, browsertest.Options{})
	tab := b.Tab(t)
	tab.Goto(c.Orders + "/")
	waitState(tab, "signed-out")
	tab.Click("#signin")
	waitState(tab, "signed-in")
	tabs := []*browsertest.Tab{b.Tab(t), b.Tab(t)}
	for i, base := range []string{c.Reports, c.Classic} {
		tabs[i].Goto(base + "/")
		waitState(tabs[i], "signed-in")
	}
	tab.Click("#signout")
	waitRows(tab, 1, "[data-reason=no_session]")
	for _, other := range tabs {
		// The event alone: the kit's tabs are all visible. 5 s is the bound on checks.
		other.WaitEval("(document.dispatchEvent(new Event('visibilitychange')), document.getElementById('state').textContent === 'signed-out')", wait)
		other.WaitEval("document.querySelector('#log tr').dataset.trigger === 'tab visible'", wait)
	}
}
