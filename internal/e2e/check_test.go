package e2e

import (
	"maps"
	"net/http"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/hush-sso/hush/internal/browsertest"
	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
)

// checked is what the check tells the app's page.
type checked struct {
	Origin string
	Rungs  map[string]string
	Answer string
}

// check runs what the check's page tells a developer to paste, in a page of the app,
// and returns the tab and what the page hears.
func (w *world) check(clientID, at string) (*browsertest.Tab, checked) {
	w.t.Helper()
	page := w.tab()
	page.Goto(w.Issuer + "silent/check?client_id=" + clientID)
	page.WaitEval(`document.querySelector("[data-rung=cookies]").dataset.state === "works"`, patience)
	paste := page.Text("#paste")
	tab := w.tab()
	tab.Goto(at)
	tab.Eval(`void addEventListener("message", (e) => { window.checked = {...e.data, origin: e.origin} })`, nil)
	tab.Eval(paste, nil)
	tab.WaitEval(`window.checked`, patience)
	var got checked
	tab.Eval(`window.checked`, &got)
	if got.Origin != w.origin() {
		w.t.Errorf("the message is of %s", got.Origin)
	}
	return tab, got
}

// says compares with what the check is to say; what holds everywhere is left out.
func (c checked) says(t *testing.T, answer string, rungs map[string]string) {
	t.Helper()
	for name, always := range map[string]string{"fedcm": "works", "refresh": "off", "popup": "click", "redirect": "works"} {
		if c.Rungs[name] != always {
			t.Errorf("%s: %q", name, c.Rungs[name])
		}
		delete(c.Rungs, name)
	}
	if c.Answer != answer || !maps.Equal(c.Rungs, rungs) {
		t.Errorf("the silent request says %q, want %q; the rungs are\n%v, want\n%v", c.Answer, answer, c.Rungs, rungs)
	}
}

// plainApp registers an app of one empty page at an origin.
func plainApp(s *hushtest.Site, id, host string) client.Spec {
	origin := s.Serve(host, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Write([]byte("<!doctype html><title>" + id + "</title><link rel=icon href=data:,><p>" + id))
	}))
	return client.Spec{ID: id, FirstParty: true, RedirectURIs: []string{origin + "/cb"}}
}

// TestCheck: in a browser the check says what holds there for an app, and what a
// grant changes. A page of another origin does not get to see it.
func TestCheck(t *testing.T) {
	blocked := map[string]string{"silent": "fails", "site": "fails", "cookie": "fails", "storage": "click", "renewal": "works"}
	granted := map[string]string{"silent": "works", "site": "fails", "cookie": "fails", "storage": "works", "renewal": "works"}
	allowed := map[string]string{"silent": "works", "site": "fails", "cookie": "works", "storage": "needless", "renewal": "works"}
	near := map[string]string{"silent": "works", "site": "works", "cookie": "needless", "storage": "needless", "renewal": "needless"}
	for _, policy := range []browsertest.Policy{browsertest.Allowed, browsertest.Blocked} {
		t.Run([]string{"allowed", "blocked"}[policy], func(t *testing.T) {
			o := hushtest.Options{Register: func(s *hushtest.Site) []client.Spec {
				return []client.Spec{plainApp(s, "far", "far.test"), plainApp(s, "near", "near.hush.test")}
			}}
			onSites(t, o, browsertest.Options{ThirdPartyCookies: policy}, func(t *testing.T, w *world) {
				w.signedInAt(w.Orders)
				_, got := w.check("near", "https://near.hush.test/")
				got.says(t, "", near)
				if policy == browsertest.Allowed {
					_, got = w.check("far", "https://far.test/")
					got.says(t, "", allowed)
					return
				}
				_, got = w.check("far", "https://far.test/")
				got.says(t, "cookie_blocked", blocked)
				w.b.GrantStorageAccess("https://far.test", w.origin())
				_, got = w.check("far", "https://far.test/")
				got.says(t, "", granted)
			})
		})
	}
}

// TestCheckChooses: in the check a developer goes through the browser's dialog once,
// and sees that the hidden iframe is given storage access.
func TestCheckChooses(t *testing.T) {
	o := hushtest.Options{Register: func(s *hushtest.Site) []client.Spec { return []client.Spec{plainApp(s, "far", "far.test")} }}
	onSites(t, o, browsertest.Options{ThirdPartyCookies: browsertest.Blocked}, func(t *testing.T, w *world) {
		w.Serve("hush.test", w.Nodes[0].Public) // browsers look for FedCM's file at the site's own name
		w.signedInAt(w.Orders)
		tab, got := w.check("far", "https://far.test/")
		if got.Answer != "cookie_blocked" || got.Rungs["fedcm"] != "works" || got.Rungs["storage"] != "click" {
			t.Fatalf("%+v", got)
		}
		dialogs := tab.FedCM()
		tab.Eval(`document.querySelector("iframe").focus()`, nil)
		tab.Press(kb.Tab + kb.Tab + kb.Tab + kb.Enter) // the reason, the button of storage access, this one
		dialogs.Select(dialogs.Chooser(), 0)
		tab.WaitEval(`window.checked.rungs.fedcm === "tried" && window.checked.rungs.silent === "works"`, patience)
	})
}

// TestCheckFrameOfAnother: the frame of one app's check stays blank in the page of
// another.
func TestCheckFrameOfAnother(t *testing.T) {
	o := hushtest.Options{Register: func(s *hushtest.Site) []client.Spec {
		return []client.Spec{plainApp(s, "far", "far.test"), plainApp(s, "other", "other.test")}
	}}
	onSites(t, o, browsertest.Options{ThirdPartyCookies: browsertest.Allowed}, func(t *testing.T, w *world) {
		w.signedInAt(w.Orders)
		tab := w.b.Tab(t)
		tab.Goto("https://other.test/")
		tab.Eval(`new Promise((loaded) => {
			addEventListener("message", () => { window.heard = true });
			const frame = document.createElement("iframe");
			frame.referrerPolicy = "no-referrer";
			frame.onload = loaded;
			frame.src = "`+w.Issuer+`silent/check/frame?client_id=far";
			document.body.append(frame);
		}).then(() => 0)`, nil)
		tab.WaitEval(`[...document.querySelectorAll("iframe")].length === 1`, patience)
		var heard bool
		tab.Eval(`!!window.heard`, &heard)
		if v := tab.Console(); heard || len(v) == 0 {
			t.Errorf("heard: %v; the console: %q", heard, v)
		}
	})
}
