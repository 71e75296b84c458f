package clients

import (
	"strings"
	"testing"

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
	s := newStage(t)
	open := browsertest.New(t, browsertest.Options{HostRules: s.HostRules, ThirdPartyCookies: browsertest.Allowed})
	strict := browsertest.New(t, browsertest.Options{HostRules: s.HostRules, ThirdPartyCookies: browsertest.Blocked})
	granted := browsertest.New(t, browsertest.Options{HostRules: s.HostRules, ThirdPartyCookies: browsertest.Blocked})
	for _, l := range hushed() {
		granted.GrantStorageAccess(s.across[l.id(hushjs)], strings.TrimSuffix(s.Issuer, "/"))
		t.Run(l.slug(), func(t *testing.T) {
			t.Run("third-party-cookie", func(t *testing.T) { s.visit(t, open, l, hushjs, s.across).by("third-party-cookie") })
			t.Run("same-site", func(t *testing.T) { s.visit(t, strict, l, hushjs, s.within).by("same-site") })
			t.Run("nothing", func(t *testing.T) { s.visit(t, strict, l, hushjs, s.across).stays(s) })
			t.Run("storage-access", func(t *testing.T) { s.visit(t, granted, l, hushjs, s.across).by("storage-access") })
		})
	}
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
