package clients

import (
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/browsertest"
	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
)

// stage is a provider with the apps of all libraries, each at two origins.
type stage struct {
	*hushtest.Site
	across, within map[string]string // origins by slug: of another site than the provider's, and of its own
}

func newStage(t *testing.T) *stage {
	s := &stage{across: map[string]string{}, within: map[string]string{}}
	s.Site = hushtest.New(t, hushtest.Options{Register: func(site *hushtest.Site) (list []client.Spec) {
		serve := func(l library, host string) string {
			origin := "https://" + host
			return site.Serve(host, l.app(t, site.Issuer, origin))
		}
		for _, l := range libraries {
			s.across[l.slug()] = serve(l, l.slug()+".apps.test")
			s.within[l.slug()] = serve(l, l.slug()+".hush.test")
			list = append(list, l.spec(s.across[l.slug()], s.within[l.slug()]))
		}
		return list
	}})
	return s
}

// TestBrowser: each library signs in, renews silently, is refused once the
// session is gone, and signs out; with third-party cookies, and without them
// where app and provider are of one site. Without them and across sites the
// refusal comes at once.
func TestBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("drives a browser")
	}
	s := newStage(t)
	open := browsertest.New(t, browsertest.Options{HostRules: s.HostRules, ThirdPartyCookies: browsertest.Allowed})
	strict := browsertest.New(t, browsertest.Options{HostRules: s.HostRules, ThirdPartyCookies: browsertest.Blocked})
	for _, l := range libraries {
		t.Run(l.slug(), func(t *testing.T) {
			t.Run("third-party cookies", func(t *testing.T) { s.journey(t, open, l, s.across[l.slug()]) })
			t.Run("same site", func(t *testing.T) { s.journey(t, strict, l, s.within[l.slug()]) })
			t.Run("blocked", func(t *testing.T) { s.blocked(t, strict, l, s.across[l.slug()]) })
		})
	}
}

// visit opens the app in a browser that knows nobody, and signs in.
func (s *stage) visit(t *testing.T, b *browsertest.Browser, base string) app {
	t.Helper()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the provider's log:\n%s", s.Log())
		}
	})
	a := app{b.Tab(t), t, base, !strings.HasSuffix(base, ".hush.test")}
	forget(t, a.Tab)
	a.Goto(base + "/")
	a.is("signed-out")
	a.signIn()
	return a
}

// signIn goes through the form.
func (a app) signIn() {
	a.t.Helper()
	a.Eval(`void app.signIn()`, nil)
	fill(a.Tab)
	a.is("signed-in")
	if who := subject(a.t, a.tokens().ID); who != "alice" {
		a.t.Errorf("signed in as %q", who)
	}
}

// renew has the library renew silently.
func (a app) renew(l library) {
	a.t.Helper()
	before := a.tokens()
	switch {
	case l.reload:
		a.Goto(a.base + "/")
	case l.fullPage && a.across:
		a.Eval(`window.before = true, void app.renew()`, nil)
		a.WaitEval(`!window.before`, patience)
	default:
		var result string
		if a.Eval(`app.renew()`, &result); result != "renewed" {
			a.t.Fatalf("the renewal was refused: %s\n%v", result, a.Console())
		}
	}
	a.is("signed-in")
	if after := a.tokens(); after.Access == before.Access || subject(a.t, after.ID) != "alice" {
		a.t.Errorf("the renewal brought no new token")
	}
}

// refuse has the library fail to renew.
func (a app) refuse(l library) {
	a.t.Helper()
	switch {
	case l.reload:
		a.Goto(a.base + "/")
	case l.page:
		a.Eval(`void app.renew()`, nil)
		a.Wait("input[name=username]")
		return
	default:
		var result string
		if a.Eval(`app.renew()`, &result); result != l.refused {
			a.t.Errorf("without a session the renewal says %q, want %q", result, l.refused)
		}
	}
	a.is("signed-out")
}

func (s *stage) journey(t *testing.T, b *browsertest.Browser, l library, base string) {
	a := s.visit(t, b, base)
	a.renew(l)
	elsewhere := b.Tab(t)
	elsewhere.Goto(s.Issuer + "v2/logout")
	a.refuse(l)
	a.Goto(base + "/")
	a.is("signed-out")
	a.signIn()
	a.Eval(`void app.signOut()`, nil)
	a.WaitEval(`location.href === `+quote(base+"/"), patience)
	a.is("signed-out")
	a.signIn() // by the form again: the session is gone
}

func (s *stage) blocked(t *testing.T, b *browsertest.Browser, l library, base string) {
	a := s.visit(t, b, base)
	if l.fullPage {
		a.renew(l)
		return
	}
	a.refuse(l)
}
