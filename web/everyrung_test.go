package web_test

import (
	"net/http"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/silent"
)

// rungs are every way to new tokens that one sign-in opened, in the hands of somebody
// who kept what the browser had: copies do not hear of a sign-out.
type rungs struct {
	t       *testing.T
	p       *provider.Provider
	w       *roamer         // at the hosts
	window  *hushtest.Agent // at the issuer
	bed     *bed            // beside the page of an app on another site
	account string          // of FedCM
	refresh string
	code    string // not redeemed yet
}

func openRungs(t *testing.T, s *redisstore.Store) *rungs {
	p := node(t, s, func(o *provider.Options) {
		planters(o)
		o.Clients = append(o.Clients, hostClients()...)
		o.Hosts = []provider.Host{{URL: shopHost}}
	})
	r := &rungs{t: t, p: p, w: signedInAt(t, p, shopHost, "shop", "alice")}
	r.window = r.w.at[issuer]
	r.bed = garden(t, p, r.window, "every")
	r.account = knownTo(t, r.window)["alice"]
	r.refresh = granting(t, r.window, "spa").Text("refresh_token")
	r.code = top(t, r.window, "every")
	return r
}

// kept are the same, from before a sign-out.
func (r *rungs) kept() *rungs {
	c := *r
	c.w = r.w.copy()
	c.window = c.w.at[issuer]
	return &c
}

// active is a frame of another site in which the browser lets the cookie through: by
// its policy, by a grant, or by FedCM.
func (r *rungs) active() *hushtest.Reply {
	b := fromElsewhere(r.t, r.window, "iframe", "cross-site")
	b.SetHeader("Sec-Fetch-Mode", "navigate")
	b.SetHeader("Sec-Fetch-Storage-Access", "active")
	b.SetHeader("Referer", pageOf("every")+"/")
	return b.Authorize(quiet("every"))
}

// work: each of them brings tokens.
func (r *rungs) work() {
	r.t.Helper()
	granted(r.t, r.active())
	granted(r.t, r.window.Copy(r.t).Authorize(quiet("every"))) // a redirect or a popup
	r.bed.renews("every")
	answered(r.t, r.w.framed(shopHost, hostRequest("shop")), shopHost)
	handedCode(r.t, handOver(r.window, "every", r.account, codeParams()))
	r.refresh = refreshed(r.t, refresh(r.window, "spa", r.refresh))
}

// over: none of them does, and each that may says why.
func (r *rungs) over() {
	r.t.Helper()
	refusedAs(r.t, r.active(), silent.SignedOut)
	refusedAs(r.t, r.window.Copy(r.t).Authorize(quiet("every")), silent.SignedOut)
	refusedAs(r.t, r.bed.frame(request("every")), silent.SignedOut)
	declined(r.t, r.w.framed(shopHost, hostRequest("shop")), shopHost, "login_required", string(silent.SignedOut))
	notHanded(r.t, handOver(r.window, "every", r.account, codeParams()), "every", silent.SignedOut)
	stale(r.t, refresh(r.window, "spa", r.refresh))
	failed(r.t, r.bed.fetch(redemption("every", r.code), pageOf("every")), http.StatusBadRequest, "invalid_grant")
}

// TestSignOutEndsEveryRung at once, wherever it happens.
func TestSignOutEndsEveryRung(t *testing.T) {
	for name, base := range map[string]string{"issuer": issuer, "host": shopHost} {
		t.Run(name, func(t *testing.T) {
			redistest.Each(t, func(t *testing.T, s *redisstore.Store, _ redistest.Kit) {
				r := openRungs(t, s)
				r.work()
				kept := r.kept()
				r.w.at[base].Get("v2/logout")
				kept.over()
			})
		})
	}
}
