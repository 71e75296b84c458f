package e2e

import (
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/browsertest"
	"github.com/hush-sso/hush/internal/hushtest"
)

func TestSmoke(t *testing.T) {
	for name, local := range map[string]bool{"localhost": true, "test": false} {
		t.Run(name, func(t *testing.T) {
			s := hushtest.New(t, hushtest.Options{Localhost: local})
			b := browsertest.New(t, browsertest.Options{HostRules: s.HostRules})
			tab := b.Tab(t)
			defer func() {
				if t.Failed() {
					t.Log(s.Log(), tab.Console())
				}
			}()
			tab.Goto(s.Orders)
			tab.WaitEval(`document.querySelector('#state').textContent=='signed-out'`, 10*time.Second)
			tab.Click("#signin")
			tab.Wait("input[name=username]")
			tab.Type("input[name=username]", "alice")
			tab.Type("input[name=password]", "wonderland")
			tab.Press("\r")
			tab.WaitEval(`document.querySelector('#state').textContent=='signed-in'`, 10*time.Second)
			tab.Click("#renew")
			tab.WaitEval(`document.querySelector('#log tr').dataset.trigger=='button'`, 10*time.Second)
			t.Log(tab.Text("#log"), tab.Text("#user"))
			tab.Click("#call-api")
			tab.WaitEval(`document.querySelector('#api-result').dataset.status`, 10*time.Second)
			t.Log(tab.Text("#api-result"))
			tab.Goto(s.Classic)
			tab.WaitEval(`document.querySelector('#state').textContent=='signed-in'`, 10*time.Second)
			tab.Goto(s.Reports)
			tab.WaitEval(`document.querySelector('#log tr')`, 10*time.Second)
			t.Log(tab.Text("#log"))
			tab.Click("#signin")
			tab.Wait("button[value=allow]")
			tab.Screenshot("/tmp/consent-"+name+".png", true)
			tab.Click("button[value=allow]")
			tab.WaitEval(`document.querySelector('#state').textContent=='signed-in'`, 10*time.Second)
			tab.Click("#renew")
			tab.WaitEval(`document.querySelector('#log tr').dataset.trigger=='button'`, 10*time.Second)
			t.Log(tab.Text("#log"))
			tab.Screenshot("/tmp/reports-"+name+".png", true)
			tab.Click("#signout")
			time.Sleep(2 * time.Second)
			t.Log(tab.URL(), tab.Text("#log"))
		})
	}
}
