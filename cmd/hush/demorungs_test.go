package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/browsertest"
	"github.com/hush-sso/hush/internal/hushtest"
)

// stage is a running hush demo --cross-site, and a browser that visits it.
type stage struct {
	t                        *testing.T
	b                        *browsertest.Browser
	orders, reports, classic string
	log                      *hushtest.Output
}

func crossSite(t *testing.T, policy browsertest.Policy) *stage {
	t.Helper()
	if testing.Short() {
		t.Skip("drives a browser")
	}
	addrs := freeAddrs(t, 6)
	s := &stage{t: t, log: &hushtest.Output{}}
	for i, p := range []*string{&s.orders, &s.reports, &s.classic} {
		_, port, _ := strings.Cut(addrs[i+2], ":")
		*p = fmt.Sprintf("http://%s.localhost:%s", []string{"orders", "reports", "classic"}[i], port)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	args := demoArgs(addrs, "--cross-site")
	args[2] = "json"
	go func() { ended <- run(ctx, args, nil, s.log, s.log) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the demo ended with %v", err)
		}
		if t.Failed() {
			t.Log(s.log.String())
		}
	})
	get(t, "http://"+addrs[1]+"/readyz")
	s.b = browsertest.New(t, browsertest.Options{ThirdPartyCookies: policy})
	return s
}

const patience = time.Minute

// page is a demo app in a tab.
type page struct {
	*browsertest.Tab
	t *testing.T
}

func (s *stage) open(app string) page {
	p := page{s.b.Tab(s.t), s.t}
	p.Goto(app + "/")
	p.WaitEval(`document.querySelector("#rungs tr")`, patience)
	return p
}

// signIn signs alice in by a button of the app, and allows it what it asks for.
func (p page) signIn(button string) {
	p.t.Helper()
	p.Click(button)
	p.WaitEval(`document.querySelector("input[name=username]") ?? document.querySelector("button[value=allow]") ?? document.querySelector("#state")?.textContent === "signed-in"`, patience)
	var step string
	p.Eval(`document.querySelector("input[name=username]") ? "login" : "done"`, &step)
	if step == "login" {
		p.Type("input[name=username]", "alice")
		p.Type("input[name=password]", "wonderland")
		p.Press("\r")
		p.WaitEval(`document.querySelector("button[value=allow]") ?? document.querySelector("#state")?.textContent === "signed-in"`, patience)
	}
	p.Eval(`document.querySelector("button[value=allow]") ? "consent" : "done"`, &step)
	if step == "consent" {
		p.Click("button[value=allow]")
	}
	p.is("signed-in")
}

func (p page) is(state string) {
	p.t.Helper()
	p.WaitEval(fmt.Sprintf(`document.querySelector("#state")?.textContent === %q`, state), patience)
}

// by waits until the latest attempt of the page's log, begun by the trigger, was answered
// on this rung; the table below the log says the same.
func (p page) by(trigger, rung string) {
	p.t.Helper()
	p.WaitEval(fmt.Sprintf(`document.querySelector("#log tr")?.matches("[data-trigger='%s'][data-result=ok]")`, trigger), patience)
	var got struct {
		Log  string
		Used []string
		Why  []string
	}
	p.Eval(`(() => {
		const rows = [...document.querySelectorAll("#rungs tr")];
		return {
			Log: document.querySelector("#log tr").dataset.rung,
			Used: rows.filter((r) => r.dataset.state === "used").map((r) => r.dataset.rung),
			Why: rows.filter((r) => r.dataset.state !== "used").map((r) => r.cells[2].innerText),
		};
	})()`, &got)
	if got.Log != rung || !slices.Equal(got.Used, []string{rung}) || len(got.Why) != 7 || slices.Contains(got.Why, "–") {
		p.t.Errorf("%s: renewed by %q, and the rungs say %q; the others %q; want %s", p.URL(), got.Log, got.Used, got.Why, rung)
	}
}

// blocked waits until the page was refused as it opened.
func (p page) blocked() {
	p.t.Helper()
	p.WaitEval(`document.querySelector("#log tr")?.matches("[data-reason=cookie_blocked]")`, patience)
	p.is("signed-out")
}

// TestDemoRungs: in hush demo --cross-site each rung can be seen, with third-party
// cookies blocked, and each app's page says which one it was.
func TestDemoRungs(t *testing.T) {
	s := crossSite(t, browsertest.Blocked)
	reports := s.open(s.reports)
	reports.blocked()
	reports.signIn("#signin")
	dialogs := reports.FedCM()
	reports.Click("#renew-choose")
	dialogs.Select(dialogs.Chooser(), 0)
	reports.by("account chooser", "fedcm")
	reports.Goto(s.reports + "/")
	reports.by("page load", "storage-access")

	orders := s.open(s.orders)
	orders.blocked()
	orders.Click("#renew-popup")
	orders.by("popup", "popup")
	orders.Goto(s.orders + "/")
	orders.by("page load", "renewal-cookie") // planted by the code that the popup brought
	silent := orders.FedCM()
	orders.Click("#renew-choose") // not needed, so that nothing is asked
	orders.by("account chooser", "renewal-cookie")
	if !silent.Silent() {
		t.Error("a dialog was shown though a cookie was there")
	}
}

// TestDemoLeaves: what leaves the page comes back signed in.
func TestDemoLeaves(t *testing.T) {
	s := crossSite(t, browsertest.Blocked)
	s.open(s.classic).signIn("#signin")
	orders := s.open(s.orders)
	orders.blocked()
	orders.Click("#renew-redirect")
	orders.is("signed-in")
	orders.Click("#signout")
	orders.is("signed-out")
	orders.signIn("#signin-offline")
	orders.Click("#renew")
	orders.by("button", "refresh-token")
	orders.Click("#beside") // the provider's host on this site
	orders.WaitEval(`document.querySelector("#beside")?.textContent.includes("main") && document.querySelector("#log tr")`, patience)
	orders.is("signed-out")
	orders.signIn("#signin")
	orders.Click("#renew")
	orders.by("button", "same-site")
}

// TestDemoAllowed: where third-party cookies are allowed the first frame is answered.
func TestDemoAllowed(t *testing.T) {
	s := crossSite(t, browsertest.Allowed)
	p := s.open(s.orders)
	p.signIn("#signin")
	p.Click("#renew")
	p.by("button", "third-party-cookie")
}
