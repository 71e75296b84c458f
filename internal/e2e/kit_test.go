package e2e

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/hush-sso/hush/internal/browsertest"
	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
)

// patience is how long a condition may take on a busy machine. Nothing waits
// that long unless it fails.
const patience = time.Minute

// world is one arrangement of provider and apps, and the browser that visits
// it. Worlds of one test share the browser, not its cookies.
type world struct {
	*hushtest.Site
	t     *testing.T
	b     *browsertest.Browser
	local bool
	notes *notes
}

// worlds runs a journey twice in one browser: on localhost, where everything
// is one site, and on *.test, where every app is a site of its own.
func worlds(t *testing.T, o hushtest.Options, bo browsertest.Options, journey func(t *testing.T, w *world)) {
	t.Helper()
	parallel(t)
	test := newWorld(t, o)
	o.Localhost = true
	local := newWorld(t, o)
	local.local = true
	bo.HostRules = test.HostRules
	b := browsertest.New(t, bo)
	t.Run("localhost", func(t *testing.T) { local.visit(t, b, journey) })
	t.Run("sites", func(t *testing.T) { test.visit(t, b, journey) })
}

// onSites runs a journey on *.test only.
func onSites(t *testing.T, o hushtest.Options, bo browsertest.Options, journey func(t *testing.T, w *world)) {
	t.Helper()
	parallel(t)
	w := newWorld(t, o)
	bo.HostRules = w.HostRules
	w.visit(t, browsertest.New(t, bo), journey)
}

// parallel: the journeys mostly wait, for a browser to start and to end.
func parallel(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("drives a browser")
	}
	t.Parallel()
}

func newWorld(t *testing.T, o hushtest.Options) *world {
	t.Helper()
	w := &world{}
	more := o.Register
	o.Register = func(s *hushtest.Site) []client.Spec {
		w.notes = newNotes(s)
		list := []client.Spec{w.notes.spec(), bound(s)}
		if more != nil {
			list = append(list, more(s)...)
		}
		return list
	}
	w.Site = hushtest.New(t, o)
	return w
}

func (w *world) visit(t *testing.T, b *browsertest.Browser, journey func(t *testing.T, w *world)) {
	w.t, w.b = t, b
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the provider's log:\n%s", w.Log())
		}
	})
	w.forget()
	journey(t, w)
}

// again is the world for a subtest, with a browser that knows nobody.
func (w *world) again(t *testing.T) *world {
	c := *w
	c.t = t
	c.forget()
	return &c
}

// tab opens a tab for pages of ours, which must leave no trace of trouble.
func (w *world) tab() *browsertest.Tab {
	w.t.Helper()
	tab := w.b.Tab(w.t)
	w.watch(tab)
	return tab
}

// popup is Tab.Popup for pages of ours.
func (w *world) popup(tab *browsertest.Tab, open func()) *browsertest.Tab {
	w.t.Helper()
	pop := tab.Popup(open)
	w.watch(pop)
	return pop
}

// expected is what Chromium itself logs for the refusals that journeys ask
// for: the API's of an ID token and of a sign-in that is not enough, the sign-in form's of a wrong password, and the
// token endpoint's of a proof without a nonce. And what it says where it gives a
// frame no storage access, because nobody was asked.
var expected = regexp.MustCompile(`^error: (Failed to load resource: the server responded with a status of (401 \(.*\) \S*/(orders|reports|payout|login)|400 \(.*\) \S*/oauth/token)|` +
	`requestStorageAccess: (Permission denied|Must be handling a user gesture to use)\. \S*/authorize\?\S*)$`)

// watch looks at what the tab has collected when the test ends.
func (w *world) watch(tab *browsertest.Tab) {
	t := w.t
	t.Cleanup(func() {
		if v := tab.Violations(); len(v) > 0 {
			t.Errorf("breaches of a content security policy: %q", v)
		}
		if d := tab.Dialogs(); len(d) > 0 {
			t.Errorf("dialogs: %q", d)
		}
		for _, line := range tab.Console() {
			level, _, _ := strings.Cut(line, ":")
			if (level == "error" || level == "warning" || level == "exception") && !expected.MatchString(line) {
				t.Errorf("console: %s", line)
			}
		}
	})
}

// forget takes every cookie out of the browser.
func (w *world) forget() {
	w.t.Helper()
	tab := w.b.Tab(w.t)
	if _, err := chromedp.Call(tab.Context(), network.ClearBrowserCookies, cdp.Empty{}); err != nil {
		w.t.Fatal(err)
	}
}

// app is a demo app's page in a tab.
type app struct {
	*browsertest.Tab
	t *testing.T
}

// open opens a demo app in a tab of its own.
func (w *world) open(base string) app {
	w.t.Helper()
	a := app{w.tab(), w.t}
	a.Goto(base + "/")
	return a
}

// is waits until the app shows the state.
func (a app) is(state string) {
	a.t.Helper()
	a.WaitEval(fmt.Sprintf(`document.querySelector("#state")?.textContent === %q`, state), patience)
}

// row is a silent attempt in the app's log.
type row struct{ Trigger, Error, Reason string }

// logs waits until the app's log holds n attempts of the trigger, and compares
// the latest of them. A row without an error is a renewal.
func (a app) logs(n int, want row) {
	a.t.Helper()
	rows := fmt.Sprintf(`document.querySelectorAll("#log tr[data-trigger='%s']")`, want.Trigger)
	a.WaitEval(fmt.Sprintf("%s.length >= %d", rows, n), patience)
	var got struct {
		N                     int
		Result, Error, Reason string
	}
	a.Eval(fmt.Sprintf(`({N: %s.length, ...%[1]s[0].dataset})`, rows), &got)
	result := "ok"
	if want.Error != "" {
		result = "error"
	}
	if got.N != n || got.Result != result || got.Error != want.Error || got.Reason != want.Reason {
		a.t.Errorf("%s: %+v, want %d with %+v", a.URL(), got, n, want)
	}
}

// renew presses the button and compares what became of it. An attempt that the page
// began by itself a moment before takes the click with it: then it is pressed again.
func (a app) renew(code, reason string) {
	a.t.Helper()
	const idle = `document.querySelector("#renew").ariaBusy !== "true"`
	pressed := func() (n int) {
		a.Eval(`document.querySelectorAll("#log tr[data-trigger=button]").length`, &n)
		return n
	}
	a.WaitEval(idle, patience)
	before := pressed()
	for end := time.Now().Add(patience); pressed() == before && time.Now().Before(end); {
		a.Click("#renew")
		a.WaitEval(idle, patience)
	}
	a.logs(before+1, row{"button", code, reason})
}

// callsAPI calls the demo API with both tokens: it takes the one and says why
// it refuses the other.
func (a app) callsAPI() {
	a.t.Helper()
	a.Click("#call-api")
	a.WaitEval(`document.querySelector("#api-result").dataset.status === "200"`, patience)
	a.Click("#call-api-id-token")
	a.WaitEval(`document.querySelector("#api-result").dataset.status === "401"`, patience)
	if got := a.Text("#api-result"); !strings.Contains(got, "This is an ID token") {
		a.t.Errorf("the API says about an ID token: %s", got)
	}
}

// fill answers the sign-in form as the user, once it is there.
func fill(tab *browsertest.Tab, user string) {
	password := map[string]string{"alice": "wonderland", "bob": "builder"}[user]
	tab.Wait("input[name=username]")
	tab.Eval(`document.querySelector("input[name=username]").value = ""`, nil)
	tab.Type("input[name=username]", user)
	tab.Type("input[name=password]", password)
	tab.Press("\r")
}

// signedInAt signs alice in at an app by its button and the form.
func (w *world) signedInAt(base string) app {
	w.t.Helper()
	a := w.open(base)
	a.is("signed-out")
	a.Click("#signin")
	fill(a.Tab, "alice")
	a.is("signed-in")
	return a
}

// entry is what the provider logs of one request.
type entry struct {
	Endpoint, Client, Result, Reason, Method string
	Status                                   int
	Silent                                   bool
}

// requests returns the provider's log of one app so far.
func (w *world) requests(clientID string) (list []entry) {
	for lines := bufio.NewScanner(strings.NewReader(w.Log())); lines.Scan(); {
		var e entry
		if json.Unmarshal(lines.Bytes(), &e) == nil && e.Endpoint != "" && e.Client == clientID {
			list = append(list, e)
		}
	}
	return list
}

// eventually waits for what happens outside the browser.
func (w *world) eventually(what string, ok func() bool) {
	w.t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-deadline:
			w.t.Fatalf("waited %v for %s", patience, what)
		case <-tick.C:
		}
	}
}

// The verifier and its challenge are RFC 7636's own, appendix B.
const (
	verifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
)

// request returns the parameters of an authorization request for the app;
// pairs of name and value are put over them.
func request(clientID, redirectURI string, over ...string) url.Values {
	q := url.Values{
		"client_id": {clientID}, "redirect_uri": {redirectURI}, "response_type": {"code"}, "scope": {"openid profile"},
		"state": {"st"}, "nonce": {"n"}, "code_challenge": {challenge}, "code_challenge_method": {"S256"},
	}
	for i := 0; i < len(over); i += 2 {
		q.Set(over[i], over[i+1])
	}
	return q
}

// authorize is the address of an authorization request.
func (w *world) authorize(q url.Values) string { return w.Issuer + "authorize?" + q.Encode() }

// origin is the issuer without its slash.
func (w *world) origin() string { return strings.TrimSuffix(w.Issuer, "/") }
