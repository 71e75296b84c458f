package clients

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/browsertest"
	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
)

// stage is a provider with the apps of all libraries, each at two origins.
type stage struct {
	*hushtest.Site
	across, within map[string]string // origins by client id: of another site than the provider's, and of its own
}

// newStage starts one; around, if any, stands in front of the provider, and what is
// registered for the apps may be changed.
func newStage(t *testing.T, around func(http.Handler) http.Handler, changes ...func(*client.Spec)) *stage {
	s := &stage{across: map[string]string{}, within: map[string]string{}}
	s.Site = hushtest.New(t, hushtest.Options{Around: around, Register: func(site *hushtest.Site) (list []client.Spec) {
		for _, l := range libraries {
			for _, w := range l.ways {
				serve := func(domain string) string {
					host := l.id(w) + domain
					return site.Serve(host, l.app(t, w, site.Issuer, "https://"+host))
				}
				s.across[l.id(w)], s.within[l.id(w)] = serve(".apps.test"), serve(".hush.test")
				spec := l.spec(w, s.across[l.id(w)], s.within[l.id(w)])
				for _, change := range changes {
					change(&spec)
				}
				list = append(list, spec)
			}
		}
		return list
	}})
	return s
}

// TestBrowser: each library signs in, renews silently, is refused once the
// session is gone, and signs out. It renews with third-party cookies, and without
// them where app and provider are of one site; without them and across sites by
// refresh token, and in an iframe it is refused at once.
func TestBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("drives a browser")
	}
	s := newStage(t, nil)
	// Without the page cache: with it, on a busy machine, the page after a sign-in of
	// oidc-spa with DPoP waited in half of the runs for its IndexedDB without end.
	open := browsertest.New(t, browsertest.Options{HostRules: s.HostRules, ThirdPartyCookies: browsertest.Allowed, NoPageCache: true})
	strict := browsertest.New(t, browsertest.Options{HostRules: s.HostRules, ThirdPartyCookies: browsertest.Blocked, NoPageCache: true})
	for _, l := range libraries {
		t.Run(l.slug(), func(t *testing.T) {
			t.Run("third-party cookies", func(t *testing.T) { s.visit(t, open, l, plain, s.across).ends(s) })
			t.Run("same site", func(t *testing.T) { s.visit(t, strict, l, plain, s.within).leaves() })
			t.Run("blocked", func(t *testing.T) { s.visit(t, strict, l, plain, s.across).blocked() })
			if l.has(refresh) {
				t.Run("refresh", func(t *testing.T) { s.visit(t, strict, l, refresh, s.across).refreshes(s) })
			}
			if l.revokes {
				t.Run("revoke", func(t *testing.T) { s.visit(t, strict, l, refresh, s.across).revoke(s) })
			}
			if l.has(implicit) {
				t.Run("implicit", func(t *testing.T) { s.visit(t, open, l, implicit, s.across).renew() })
			}
			if l.has(dpop) {
				t.Run("dpop", func(t *testing.T) { s.visit(t, open, l, dpop, s.across).proves(s) })
			}
			if l.has(monitor) {
				t.Run("monitor", func(t *testing.T) { s.visit(t, open, l, monitor, s.across).watches(s) })
				t.Run("monitor, same site", func(t *testing.T) { s.visit(t, strict, l, monitor, s.within).watches(s) })
				t.Run("monitor, blocked", func(t *testing.T) { s.visit(t, strict, l, monitor, s.across).keeps(s) })
			}
		})
	}
}

// visit opens the app in a browser that knows nobody, and signs in.
func (s *stage) visit(t *testing.T, b *browsertest.Browser, l library, w way, at map[string]string) app {
	t.Helper()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the provider's log:\n%s", s.Log())
		}
	})
	base := at[l.id(w)]
	a := app{b.Tab(t), t, b, l, w, base, base == s.across[l.id(w)]}
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
func (a app) renew() {
	a.t.Helper()
	before := a.tokens()
	switch {
	case a.reload && a.way != refresh:
		a.Goto(a.base + "/")
	case a.fullPage && a.across && a.way != refresh:
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
func (a app) refuse() {
	a.t.Helper()
	want := a.refused
	if a.way == refresh {
		want = a.ended
	}
	switch {
	case a.reload && a.way != refresh:
		a.Goto(a.base + "/")
	case a.page:
		a.Eval(`void app.renew()`, nil)
		a.Wait("input[name=username]")
		return
	default:
		var result string
		if a.Eval(`app.renew()`, &result); result != want {
			a.t.Errorf("without a session the renewal says %q, want %q", result, want)
		}
	}
	a.is("signed-out")
}

// ends: renewed, and refused after a sign-out elsewhere.
func (a app) ends(s *stage) {
	a.renew()
	s.signOutElsewhere(a)
	a.refuse()
}

// leaves: renewed, and signed out by the library's own call.
func (a app) leaves() {
	a.renew()
	a.Eval(`void app.signOut()`, nil)
	a.WaitEval(`location.href === `+quote(a.base+"/"), patience)
	a.is("signed-out")
	a.Eval(`void app.signIn()`, nil)
	a.Wait("input[name=username]") // the session is gone
}

// signOutElsewhere ends the session from another tab.
func (s *stage) signOutElsewhere(a app) {
	a.t.Helper()
	a.b.Tab(a.t).Goto(s.Issuer + "v2/logout")
}

// blocked: an iframe of another site has no cookie.
func (a app) blocked() {
	if a.fullPage || a.credentials { // a renewal cookie was planted
		a.renew()
		return
	}
	a.refuse()
}

// watches: the library notices by itself that the session is gone, and not before.
func (a app) watches(s *stage) {
	a.t.Helper()
	a.WaitEval(`heard.includes("unchanged")`, patience)
	a.is("signed-in")
	s.signOutElsewhere(a)
	a.WaitEval(`heard.includes("changed")`, patience)
	a.is("signed-out")
}

// keeps: where the cookie is held back nobody can say whether the session is gone,
// and the user stays.
func (a app) keeps(s *stage) {
	a.t.Helper()
	a.WaitEval(`heard.includes("error")`, patience)
	s.signOutElsewhere(a)
	a.Eval(`void app.signIn()`, nil) // the library and its frame start anew
	fill(a.Tab)
	a.WaitEval(`heard.includes("error")`, patience)
	a.is("signed-in")
	var changed bool
	if a.Eval(`heard.includes("changed")`, &changed); changed {
		a.t.Error("the user was said to be another")
	}
}

// refreshes: no cookie is needed, and the refresh token dies with the session.
func (a app) refreshes(s *stage) {
	before := strings.Count(s.Log(), `"endpoint":"authorize"`)
	first := a.tokens().Refresh
	a.renew()
	a.renew()
	if n := strings.Count(s.Log(), `"endpoint":"authorize"`); n != before {
		a.t.Errorf("%d more requests for authorization", n-before)
	}
	if last := a.tokens().Refresh; first != "" && last == first {
		a.t.Error("the refresh token is still the first")
	}
	s.signOutElsewhere(a)
	a.refuse()
}

// revoke: the library ends its tokens by itself.
func (a app) revoke(s *stage) {
	revoked := regexp.MustCompile(`"endpoint":"revoke","status":200,.*"client":"` + a.id(a.way) + `"`)
	a.Eval(`void app.revoke()`, nil)
	deadline := time.After(patience)
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	for !revoked.MatchString(s.Log()) {
		select {
		case <-deadline:
			a.t.Fatalf("nothing was revoked\n%v", a.Console())
		case <-tick.C:
		}
	}
}

// proves: the tokens are good with a proof of the app's key, and only so.
func (a app) proves(s *stage) {
	for range 2 {
		var info struct{ Sub, Error string }
		if a.Eval(`app.call()`, &info); info.Sub != "alice" {
			a.t.Errorf("userinfo by the library: %+v", info)
		}
		r := hushtest.NewAgent(a.t, s.Issuer, s.Transport()).Fetch(http.MethodGet, "userinfo", nil, "Authorization", "Bearer "+a.tokens().Access)
		if r.Status != http.StatusUnauthorized {
			a.t.Errorf("userinfo without a proof: %d %s", r.Status, r.Body)
		}
		a.renew()
	}
}
