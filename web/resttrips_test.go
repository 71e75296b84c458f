package web_test

import (
	"net/http"
	"testing"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/jose/josetest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redistest"
)

// TestTripsOfTheRest: what a JWT that authenticates costs, and what a sign-out.
func TestTripsOfTheRest(t *testing.T) {
	store, key := embedded(t), josetest.New(t, "ES256")
	p := node(t, store, func(o *provider.Options) {
		o.Clients = append(append(o.Clients, leavers()...), client.Spec{
			ID: "keyed", FirstParty: true, Confidential: true, TokenAuthMethod: client.AuthKey, JWKS: josetest.KeySet(key),
			RedirectURIs: []string{redirectOf("keyed")},
		})
	})
	a := signIn(t, browser(t, p), "alice")
	// A script that the store does not know yet takes two.
	access, _ := redeemed(t, a.Exchange(code(t, a, "every"), verifier))
	userinfo(a, access)
	window(t, a).Get("v2/logout")
	a = signIn(t, a, "alice")
	access, _ = redeemed(t, a.Exchange(code(t, a, "every"), verifier))
	keyed, hint := asserted(t, a, "keyed", key.JWT(t, nil, assertionOf("keyed"))), hintOf(t, a, "leaver")
	for _, c := range []struct {
		name string
		want int
		ask  func()
	}{
		{"userinfo", 1, func() { userinfo(a, access) }},
		{"a JWT that authenticates", 2, func() { redeemed(t, a.Fetch(http.MethodPost, "oauth/token", keyed)) }},
		{"the same JWT", 1, func() { failed(t, a.Fetch(http.MethodPost, "oauth/token", keyed), 401, "invalid_client") }},
		{"a stranger's", 0, func() {
			keyed.Set("client_assertion", josetest.New(t, "ES256").JWT(t, nil, assertionOf("keyed")))
			failed(t, a.Fetch(http.MethodPost, "oauth/token", keyed), 401, "invalid_client")
		}},
		{"the question whether to sign out", 1, func() { asks(t, endSession(window(t, a), leave(""))) }},
		{"signing out", 2, func() { goesTo(t, endSession(window(t, a), leave(hint)), bye+"?state=s%201") }},
	} {
		if n := redistest.Trips(store, c.ask); n != c.want {
			t.Errorf("%s: %d trips, want %d", c.name, n, c.want)
		}
	}
}
