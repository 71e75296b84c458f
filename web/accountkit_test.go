package web_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/web/demo"
)

// What browsers call themselves.
const (
	onWindows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
	onIPhone  = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1"
)

// house is some nodes whose people may change their passwords, as if they read
// one file, and the people that it has.
type house struct {
	t         testing.TB
	nodes     []*provider.Provider
	passwords *demo.Passwords
	registry  provider.Registry
}

func newHouse(t testing.TB, store *redisstore.Store, nodes int) *house {
	t.Helper()
	return newHouseWith(t, store, nodes, func(*provider.Options) {})
}

func newHouseWith(t testing.TB, store *redisstore.Store, nodes int, change func(*provider.Options)) *house {
	t.Helper()
	o := provider.Options{Issuer: issuer, Secrets: [][]byte{secret}, Store: store, Users: users()}
	refreshers(&o)
	change(&o)
	h := &house{t: t, registry: provider.Registry{Clients: o.Clients, APIs: o.APIs}}
	h.passwords = &demo.Passwords{People: users(), Replace: h.reload}
	o.Passwords = h.passwords
	for range nodes {
		p, err := provider.New(o)
		if err != nil {
			t.Fatal(err)
		}
		if err := hushtest.LoadKeys(context.Background(), p, o); err != nil {
			t.Fatal(err)
		}
		h.nodes = append(h.nodes, p)
	}
	return h
}

// reload lets every node know these people.
func (h *house) reload(people []login.User) error {
	h.registry.Users = people
	for _, p := range h.nodes {
		if err := p.Replace(h.registry); err != nil {
			return err
		}
	}
	return nil
}

// edit is reload with one of the people changed, as an operator does it.
func (h *house) edit(id string, change func(*login.User)) {
	h.t.Helper()
	people := slices.Clone(h.passwords.People)
	for i := range people {
		if people[i].ID == id {
			change(&people[i])
		}
	}
	if err := h.reload(people); err != nil {
		h.t.Fatal(err)
	}
}

// browser signs a user in, in a new browser of this name.
func (h *house) browser(user, userAgent string) *hushtest.Agent {
	h.t.Helper()
	a := hushtest.NewAgent(h.t, issuer, hushtest.Direct(h.nodes[0].Public))
	a.SetHeader("User-Agent", userAgent)
	a.Authorize(request("every", "prompt", "login"))
	granted(h.t, a.SignIn(user, map[string]string{"alice": "wonderland", "bob": "builder"}[user]))
	return a
}

// run lets the nodes do what they do by themselves until the test ends.
func (h *house) run() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{}, len(h.nodes))
	for _, p := range h.nodes {
		go func() { p.Run(ctx); done <- struct{}{} }()
	}
	h.t.Cleanup(func() {
		cancel()
		for range h.nodes {
			<-done
		}
	})
}

var endButton = regexp.MustCompile(`(?s)<h2><bdi>([^<]*)</bdi>(.*?)</h2>.*?name="end" value="([^"]*)"`)

// place is a row of the page.
type place struct {
	name, end string
	here      bool
}

// placesOn reads the rows of the page.
func placesOn(r *hushtest.Reply) (list []place) {
	for _, m := range endButton.FindAllStringSubmatch(r.Body, -1) {
		list = append(list, place{m[1], m[3], strings.Contains(m[2], "here")})
	}
	return list
}

// elsewhere opens the page and returns what the form holds, and the button of the
// first place that is not this browser.
func elsewhere(t testing.TB, a *hushtest.Agent) (form url.Values, end string) {
	t.Helper()
	r := a.Get("account")
	isPage(t, r, http.StatusOK)
	for _, p := range placesOn(r) {
		if !p.here {
			return r.Form.Fields, p.end
		}
	}
	t.Fatalf("there is no other place on\n%s", r.Body)
	return nil, ""
}

// changes fills in the form for another password.
func changes(t testing.TB, a *hushtest.Agent, current, next string, pairs ...string) *hushtest.Reply {
	t.Helper()
	isPage(t, a.Get("account/password"), http.StatusOK)
	return a.Submit(append([]string{"current", current, "next", next, "again", next}, pairs...)...)
}

// lives tells whether the browser's session still answers silently.
func lives(t testing.TB, a *hushtest.Agent) bool {
	t.Helper()
	r := a.Authorize(quiet("every"))
	return r.Answer != nil && r.Answer.Params["code"] != ""
}

// tombstone is the state of a browser's session in the store.
func tombstone(t testing.TB, p *provider.Provider, a *hushtest.Agent) session.Absence {
	t.Helper()
	l, err := p.Sessions.Describe(t.Context(), handleOf(t, a).Key)
	if err != nil {
		t.Fatal(err)
	}
	return l.State
}
