package web_test

import (
	"net/http"
	"testing"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/session"
)

// cost is one row: what is done once before teaches the store its scripts.
type cost struct {
	name    string
	want    int
	prepare func() func() // returns what costs
}

func costs(t *testing.T, store *redisstore.Store, rows ...cost) {
	t.Helper()
	for _, c := range rows {
		c.prepare()()
		do := c.prepare()
		if n := redistest.Trips(store, do); n != c.want {
			t.Errorf("%s: %d trips, want %d", c.name, n, c.want)
		}
	}
}

// TestTripsOfAccount: what it costs to see where one is signed in, to sign out
// there and to change the password. Each form leads to the page again.
func TestTripsOfAccount(t *testing.T) {
	const page = 4
	store := embedded(t)
	h := newHouse(t, store, 1)
	a := h.browser("alice", onWindows)
	now, next := "wonderland", "a new password"
	costs(t, store,
		cost{"the page", page, func() func() {
			return func() { isPage(t, a.Get("account"), http.StatusOK) }
		}},
		cost{"signing out elsewhere", 4 + page, func() func() {
			h.browser("alice", onIPhone)
			form, end := elsewhere(t, a)
			form.Set("end", end)
			return func() { isPage(t, a.Post("account/end", form), http.StatusOK) }
		}},
		cost{"everywhere else, which is one place", 5 + page, func() func() {
			h.browser("alice", onIPhone)
			form, _ := elsewhere(t, a)
			form.Set("end", "others")
			return func() { isPage(t, a.Post("account/end", form), http.StatusOK) }
		}},
		cost{"another password", 10 + page, func() func() {
			isPage(t, a.Get("account/password"), http.StatusOK)
			return func() {
				isPage(t, a.Submit("current", now, "next", next, "again", next), http.StatusOK)
				now, next = next, now
			}
		}},
	)
}

// TestTripsOfSignIns beside another account, and of a user who has as many
// sessions as are allowed.
func TestTripsOfSignIns(t *testing.T) {
	store := embedded(t)
	p := node(t, store, func(o *provider.Options) { o.Session = session.Policy{MaxPerUser: 2} })
	var a *hushtest.Agent
	form := func(user string) { a.Authorize(request("every", "prompt", "login")) }
	signIn(t, browser(t, p), "alice")
	costs(t, store,
		cost{"beside another account", 11 + 3, func() func() {
			a = signIn(t, browser(t, p), "alice")
			form("bob")
			return func() { granted(t, a.SignIn("bob", "builder")) }
		}},
		cost{"as many as are allowed", 11 + 4, func() func() {
			a = browser(t, p)
			form("alice")
			return func() { granted(t, a.SignIn("alice", "wonderland")) }
		}},
	)
}

// TestTripsOfTelling: all apps that are to be told of a sign-out cost one trip.
func TestTripsOfTelling(t *testing.T) {
	store := embedded(t)
	p := node(t, store, func(o *provider.Options) {
		for _, id := range []string{"tell", "tell2"} {
			o.Clients = append(o.Clients, client.Spec{
				ID: id, FirstParty: true, RedirectURIs: []string{redirectOf(id)}, BackchannelLogoutURI: "https://apps.test/" + id,
			})
		}
	})
	costs(t, store, cost{"signing out", 3, func() func() {
		a := signIn(t, browser(t, p), "alice")
		granted(t, a.Authorize(quiet("tell")))
		granted(t, a.Authorize(quiet("tell2")))
		return func() { isPage(t, a.Get("v2/logout"), http.StatusOK) }
	}})
}
