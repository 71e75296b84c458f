package clients

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"

	"github.com/hush-sso/hush/internal/browsertest"
)

// report is what renew.report() says, with the steps by rung.
type report struct {
	Rung, Remembered string
	Rungs            []step
}

type step struct{ Rung, State, Why, Error, Reason, URI string }

func (r report) step(rung string) step {
	for _, s := range r.Rungs {
		if s.Rung == rung {
			return s
		}
	}
	return step{}
}

// report reads it from the app, which exports renew beside its settings.
func (a app) report() (r report) {
	a.t.Helper()
	a.Eval(`import("/settings.js").then((m) => m.renew.report())`, &r)
	if len(r.Rungs) != 8 {
		a.t.Fatalf("the report has %d rungs: %+v", len(r.Rungs), r)
	}
	return r
}

// by renews through the app's own call of its library, and says which rung it was.
func (a app) by(rung string) {
	a.t.Helper()
	a.renew()
	r := a.report()
	if r.Rung != rung || r.Remembered != rung {
		a.t.Fatalf("renewed by %q, remembered %q, want %q: %+v", r.Rung, r.Remembered, rung, r.Rungs)
	}
	used := false
	for _, s := range r.Rungs {
		used = used || s.Rung == rung
		switch {
		case s.Rung == rung && (s.State != "used" || s.Why != ""):
			a.t.Errorf("%s was used: %+v", rung, s)
		case s.Rung != rung && (s.State == "used" || s.Why == ""):
			a.t.Errorf("%s was not used, and is to say why: %+v", s.Rung, s)
		case used && s.Rung != rung && s.State != "not-needed":
			a.t.Errorf("%s comes after what worked: %+v", s.Rung, s)
		}
	}
}

// hushed are the libraries that hush.js stands in front of.
func hushed() (list []library) {
	for _, l := range libraries {
		if l.has(hushjs) {
			list = append(list, l)
		}
	}
	return list
}

// TestHush: with one line in front of it, each library renews wherever a way is left,
// and the app is told which one it was.
func TestHush(t *testing.T) {
	if testing.Short() {
		t.Skip("drives a browser")
	}
	s := newStage(t, nil)
	// Browsers look for FedCM's first file at the registrable domain.
	s.Serve("hush.test", http.RedirectHandler(s.Issuer+".well-known/web-identity", http.StatusFound))
	open := browsertest.New(t, browsertest.Options{HostRules: s.HostRules, ThirdPartyCookies: browsertest.Allowed})
	strict := browsertest.New(t, browsertest.Options{HostRules: s.HostRules, ThirdPartyCookies: browsertest.Blocked})
	granted := browsertest.New(t, browsertest.Options{HostRules: s.HostRules, ThirdPartyCookies: browsertest.Blocked})
	for _, l := range hushed() {
		granted.GrantStorageAccess(s.across[l.id(hushjs)], strings.TrimSuffix(s.Issuer, "/"))
		t.Run(l.slug(), func(t *testing.T) {
			t.Run("third-party-cookie", func(t *testing.T) { s.visit(t, open, l, hushjs, s.across).by("third-party-cookie") })
			t.Run("same-site", func(t *testing.T) { s.visit(t, strict, l, hushjs, s.within).by("same-site") })
			t.Run("nothing", func(t *testing.T) { s.visit(t, strict, l, hushjs, s.across).unplanted().stays(s) })
			t.Run("storage-access", func(t *testing.T) { s.visit(t, granted, l, hushjs, s.across).unplanted().by("storage-access") })
			t.Run("renewal-cookie", func(t *testing.T) { s.visit(t, strict, l, hushjs, s.across).by("renewal-cookie") })
			t.Run("popup", func(t *testing.T) { s.visit(t, strict, l, hushjs, s.across).unplanted().clicks("popup") })
			t.Run("redirect", func(t *testing.T) { s.visit(t, strict, l, hushjs, s.across).unplanted().leavesAndReturns() })
			t.Run("fedcm", func(t *testing.T) { s.visit(t, s.fresh(t), l, hushjs, s.across).unplanted().chooses() })
			t.Run("refresh-token", func(t *testing.T) { s.visit(t, strict, l, refresh, s.across).hushes("refresh-token") })
		})
	}
}

// unplanted takes the renewal cookies out of the browser, which the sign-in planted.
func (a app) unplanted() app {
	a.t.Helper()
	all, err := chromedp.Call(a.Context(), storage.GetCookies, storage.GetCookiesParams{})
	if err != nil {
		a.t.Fatal(err)
	}
	planted := 0
	for _, c := range all.Cookies {
		if !strings.HasPrefix(c.Name, "__Host-hush-r-") {
			continue
		}
		planted++
		gone := network.DeleteCookiesParams{Name: c.Name, Domain: c.Domain, Path: c.Path, PartitionKey: c.PartitionKey}
		if _, err := chromedp.Call(a.Context(), network.DeleteCookies, gone); err != nil {
			a.t.Fatal(err)
		}
	}
	if planted == 0 {
		a.t.Errorf("there was none: %d cookies", len(all.Cookies))
	}
	return a
}

// stays: where no way is left, the app gets its library's own error.
func (a app) stays(s *stage) {
	a.t.Helper()
	a.refuse()
	r := a.report()
	if r.Rung != "" {
		a.t.Errorf("renewed by %q", r.Rung)
	}
	for _, rung := range []string{"same-site", "third-party-cookie", "storage-access", "renewal-cookie"} {
		want := step{rung, "failed", r.step(rung).Why, "login_required", "cookie_blocked", s.Issuer + "errors/cookie_blocked"}
		if got := r.step(rung); got != want || got.Why == "" {
			a.t.Errorf("%+v", got)
		}
	}
	for rung, state := range map[string]string{"fedcm": "unavailable", "refresh-token": "not-tried", "popup": "not-tried", "redirect": "not-tried"} {
		if got := r.step(rung); got.State != state || got.Why == "" {
			a.t.Errorf("%+v, want %s", got, state)
		}
	}
}

// fresh is a browser that nobody has used: the dialogs of FedCM are once a while.
func (s *stage) fresh(t *testing.T) *browsertest.Browser {
	return browsertest.New(t, browsertest.Options{HostRules: s.HostRules, ThirdPartyCookies: browsertest.Blocked})
}

// onClick has a button of the app's page renew, and clicks it.
func (a app) onClick(ask string) {
	a.t.Helper()
	a.Eval(`import("/settings.js").then(({ renew }) => {
		const button = document.createElement("button");
		button.id = "renew";
		button.textContent = "Renew";
		button.onclick = () => renew(`+ask+`).then(() => (window.renewed = "renewed"), (e) => (window.renewed = String(e)));
		document.body.append(button);
	})`, nil)
	a.Click("#renew")
}

// clicks: the click that a popup needs renews, and brings tokens into the library.
func (a app) clicks(rung string) {
	a.t.Helper()
	before := a.tokens()
	a.onClick(`{ popup: true }`)
	a.renewed(before, rung)
}

func (a app) renewed(before tokens, rung string) {
	a.t.Helper()
	a.WaitEval(`window.renewed`, patience)
	var result string
	a.Eval(`window.renewed`, &result)
	if r := a.report(); result != "renewed" || r.Rung != rung {
		a.t.Fatalf("%s, by %q, want %q: %+v", result, r.Rung, rung, r.Rungs)
	}
	if after := a.tokens(); after.Access == before.Access || after.Access == "" || subject(a.t, after.ID) != "alice" {
		a.t.Error("the renewal brought no new token")
	}
}

// leavesAndReturns: the page is left, and comes back signed in.
func (a app) leavesAndReturns() {
	a.t.Helper()
	before := a.tokens()
	a.Eval(`window.before = true, import("/settings.js").then(({ renew }) => void renew({ redirect: true }))`, nil)
	a.WaitEval(`!window.before && document.body?.dataset.state`, patience)
	a.is("signed-in")
	if after := a.tokens(); after.Access == before.Access || subject(a.t, after.ID) != "alice" {
		a.t.Error("the redirect brought no new token")
	}
}

// chooses: the person picks the account in the browser's dialog once. From then on the
// hidden iframe is given storage access, unasked.
func (a app) chooses() {
	a.t.Helper()
	dialogs := a.FedCM()
	before := a.tokens()
	a.onClick(`{ choose: true }`)
	dialogs.Select(dialogs.Chooser(), 0)
	a.renewed(before, "fedcm")
	a.by("storage-access")
	a.Goto(a.base + "/") // another page of the app, without a click
	a.WaitEval(`document.body?.dataset.state`, patience)
	a.by("storage-access")
}

// hushes: hush.js in front of a library that has refresh tokens.
func (a app) hushes(rung string) {
	a.t.Helper()
	a.Eval(`import("/settings.js").then(async ({ auth0, manager: userManager }) => {
		const { hush } = await import("https://login.hush.test/silent/hush.js");
		const { issuer, clientId } = JSON.parse(document.getElementById("config").textContent);
		window.renew = hush({ issuer, clientId, auth0, userManager });
	})`, nil)
	a.renew()
	var r report
	if a.Eval(`renew.report()`, &r); r.Rung != rung {
		a.t.Errorf("renewed by %q: %+v", r.Rung, r.Rungs)
	}
}
