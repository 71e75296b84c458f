package clients

import (
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/browsertest"
	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
)

// Two sites, each with a host of the provider beside its apps.
const (
	corpIssuer = "https://login.corp.test/"
	shopIssuer = "https://login.shop.test/"
)

// TestHosts: with third-party cookies blocked each library renews in its hidden
// frame at the host beside it, on two sites after one sign-in, and nowhere after one
// sign-out.
func TestHosts(t *testing.T) {
	if testing.Short() {
		t.Skip("drives a browser")
	}
	s := hushtest.New(t, hushtest.Options{
		Issuer: corpIssuer, Hosts: []provider.Host{{URL: shopIssuer}},
		Register: func(site *hushtest.Site) (list []client.Spec) {
			for _, l := range libraries {
				corp, shop := "https://"+l.slug()+".corp.test", "https://"+l.slug()+".shop.test"
				site.Serve(l.slug()+".corp.test", l.app(t, plain, corpIssuer, corp))
				site.Serve(l.slug()+".shop.test", l.app(t, plain, shopIssuer, shop))
				list = append(list, l.spec(plain, corp, shop))
			}
			return list
		},
	})
	b := browsertest.New(t, browsertest.Options{HostRules: s.HostRules, ThirdPartyCookies: browsertest.Blocked, NoPageCache: true})
	for _, l := range libraries {
		t.Run(l.slug(), func(t *testing.T) {
			t.Cleanup(func() {
				if t.Failed() {
					t.Logf("the provider's log:\n%s", s.Log())
				}
			})
			at := func(site string) app {
				a := app{b.Tab(t), t, b, l, plain, "https://" + l.slug() + "." + site, false}
				a.Goto(a.base + "/")
				return a
			}
			forget(t, b.Tab(t))
			shop := at("shop.test")
			shop.is("signed-out")
			shop.Eval(`void app.signIn()`, nil)
			shop.Wait("input[name=password]")
			if got := shop.URL(); !strings.HasPrefix(got, corpIssuer) {
				t.Errorf("the password is typed at %s", got)
			}
			fill(shop.Tab)
			shop.is("signed-in")
			shop.renew()

			corp := at("corp.test")
			corp.joins()
			corp.renew()
			shop.renew()

			corp.Eval(`void app.signOut()`, nil)
			corp.WaitEval(`location.href === `+quote(corp.base+"/"), patience)
			corp.is("signed-out")
			shop.refuse()
		})
	}
}

// joins: without a form, by the frame as the page loads or by the window.
func (a app) joins() {
	a.t.Helper()
	a.WaitEval(`["signed-in", "signed-out"].includes(document.body?.dataset.state)`, patience)
	var state string
	if a.Eval(`document.body.dataset.state`, &state); state == "signed-out" {
		a.Eval(`void app.signIn()`, nil)
	}
	a.is("signed-in")
	if who := subject(a.t, a.tokens().ID); who != "alice" {
		a.t.Errorf("signed in as %q", who)
	}
}
