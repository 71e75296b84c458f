package main

import (
	"context"
	"fmt"
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

const patience = 45 * time.Second

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

func (p page) dump() {
	var out string
	p.Eval(`[...document.querySelectorAll("#rungs tr, #log tr")].map((r) => r.innerText.replace(/\s+/g, " ")).join("\n")`, &out)
	p.t.Log("\n" + out + "\n" + strings.Join(p.Console(), "\n"))
}

func TestDemoRungs(t *testing.T) {
	s := crossSite(t, browsertest.Blocked)
	p := s.open(s.orders)
	p.dump()
	p.signIn("#signin")
	p.Click("#renew")
	time.Sleep(2 * time.Second)
	p.dump()
	d := p.FedCM()
	p.Click("#renew-choose")
	c := d.Dialog()
	t.Logf("%+v", c)
	d.Select(c, 0)
	time.Sleep(2 * time.Second)
	p.dump()
	t.Fail()
}
