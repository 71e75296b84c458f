package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/session"
)

// revoked sends a token to the revocation endpoint.
func revoked(a *hushtest.Agent, clientID, token string, pairs ...string) *hushtest.Reply {
	return a.Fetch(http.MethodPost, "oauth/revoke", with(url.Values{"client_id": {clientID}, "token": {token}}, pairs...))
}

// TestRevoke: an app ends its own tokens, and nobody else's.
func TestRevoke(t *testing.T) {
	p := refreshable(t, embedded(t))
	a := signIn(t, browser(t, p), "alice")
	done := func(r *hushtest.Reply) {
		t.Helper()
		if r.Status != http.StatusOK || r.Body != "" {
			t.Errorf("revocation: %d %s", r.Status, r.Body)
		}
	}
	first := granting(t, a, "spa")
	access, next := first.Text("access_token"), first.Text("refresh_token")
	for name, token := range map[string]string{
		"nonsense": "x", "a JWT of somebody": "a.b.c", "an ID token": first.Text("id_token"), "a code": code(t, a, "spa"), "far too long": strings.Repeat("A", 60000),
	} {
		t.Run(name, func(*testing.T) { done(revoked(a, "spa", token)) })
	}
	done(revoked(a, "every", access)) // another app, which learns nothing by it
	done(revoked(a, "every", next))
	failed(t, revoked(a, "server", next), 401, "invalid_client")
	failed(t, revoked(a, "nobody", next), 401, "invalid_client")
	failed(t, revoked(a, "spa", "", "token", ""), 400, "invalid_request")
	failed(t, a.Fetch(http.MethodPost, "oauth/revoke", url.Values{"client_id": {"spa"}, "token": {next, next}}), 400, "invalid_request")
	if r := userinfo(a, access); r.Status != http.StatusOK {
		t.Fatalf("nothing of that was to end it: %d %s", r.Status, r.Body)
	}
	next = refreshed(t, refresh(a, "spa", next))

	done(revoked(a, "spa", access, "token_type_hint", "refresh_token")) // a wrong hint
	failed(t, userinfo(a, access), 401, "invalid_token")
	second := refresh(a, "spa", next) // that token alone
	refreshed(t, second)
	if r := userinfo(a, second.Text("access_token")); r.Status != http.StatusOK {
		t.Errorf("userinfo: %d %s", r.Status, r.Body)
	}
	for range 2 {
		done(revoked(a, "spa", next, "token_type_hint", "whatever")) // a spent one of the family
		stale(t, refresh(a, "spa", second.Text("refresh_token")))
		failed(t, userinfo(a, second.Text("access_token")), 401, "invalid_token")
	}
	granted(t, a.Authorize(quiet("spa")))

	browserToken := granted(t, a.Authorize(quiet("every", "response_type", "token")))["access_token"]
	done(revoked(a, "every", browserToken))
	failed(t, userinfo(a, browserToken), 401, "invalid_token")

	done(a.Fetch(http.MethodPost, "oauth/revoke", url.Values{"token": {granting(t, a, "server").Text("refresh_token")}}, basicAuth("server", "vault secret")...))
	r := a.Fetch(http.MethodPost, "oauth/revoke", url.Values{"client_id": {"spa"}, "token": {"x"}}, "Origin", "https://app.spa.test")
	if r.Header.Get("Access-Control-Allow-Origin") != "https://app.spa.test" {
		t.Errorf("no CORS: %v", r.Header)
	}
}

// TestIntrospect: who may ask learns of tokens that hold, and of no others.
func TestIntrospect(t *testing.T) {
	store := embedded(t)
	p := refreshable(t, store)
	a := signIn(t, browser(t, p), "alice")
	shop, warehouse := basicAuth(audience, "a secret of the shop"), basicAuth(stock, apiSecret)
	own := granting(t, a, "server", "audience", audience, "scope", offlineID+" read")
	foreign := granting(t, a, "spa", "audience", audience, "scope", offlineID+" read")
	plain := granting(t, a, "server")

	access := own.Text("access_token")
	want := claimsOf(t, access)
	for name, as := range map[string][]string{"its client": nil, "its API": shop} {
		told := introspected(t, a, access, as...)
		for _, claim := range []string{"scope", "client_id", "exp", "iat", "sub", "aud", "iss", "jti", "auth_time", "acr"} {
			if told[claim] != want[claim] || told[claim] == nil {
				t.Errorf("%s: %s is %v, the token says %v", name, claim, told[claim], want[claim])
			}
		}
		if told["active"] != true || told["token_type"] != "Bearer" || len(told) != 12 {
			t.Errorf("%s: %v", name, told)
		}
	}
	if told := introspected(t, a, own.Text("refresh_token")); told["active"] != true || told["sub"] != "alice" || told["client_id"] != "server" ||
		told["exp"] != claimsOf(t, own.Text("refresh_token"))["exp"] || told["token_type"] != nil {
		t.Errorf("of a refresh token: %v", told)
	}
	if introspected(t, a, plain.Text("access_token"))["aud"] != issuer+"userinfo" {
		t.Error("its own token for userinfo")
	}
	other := introspected(t, a, foreign.Text("access_token"), shop...) // whoever's it is, it is for the API
	if other["active"] != true || other["client_id"] != "spa" {
		t.Errorf("a token for the API: %v", other)
	}

	for name, c := range map[string]struct {
		token string
		as    []string
	}{
		"another app's":                   {foreign.Text("access_token"), nil},
		"another app's refresh token":     {foreign.Text("refresh_token"), nil},
		"another API's":                   {access, warehouse},
		"userinfo's, by an API":           {plain.Text("access_token"), shop},
		"a refresh token, by an API":      {own.Text("refresh_token"), shop},
		"an ID token":                     {own.Text("id_token"), nil},
		"a code":                          {code(t, a, "server"), nil},
		"nonsense":                        {"x", nil},
		"a JWT of somebody":               {"e30.e30.e30", shop},
		"its claims, another's signature": {strings.Join(append(strings.Split(access, ".")[:2], strings.Split(foreign.Text("access_token"), ".")[2]), "."), nil},
	} {
		t.Run(name, func(t *testing.T) {
			if n := redistest.Trips(store, func() {
				if told := introspected(t, a, c.token, c.as...); told["active"] != false {
					t.Errorf("%v", told)
				}
			}); n != 0 {
				t.Errorf("%d trips", n)
			}
		})
	}
	ask := func(pairs []string, form ...string) *hushtest.Reply {
		return a.Fetch(http.MethodPost, "oauth/introspect", with(url.Values{"token": {access}}, form...), pairs...)
	}
	failed(t, ask(nil), 400, "invalid_request")
	failed(t, ask(nil, "client_id", "spa"), 401, "invalid_client")
	failed(t, ask(nil, "client_id", audience), 401, "invalid_client")
	failed(t, ask(basicAuth("server", "guess")), 401, "invalid_client")
	failed(t, ask(basicAuth(audience, "guess")), 401, "invalid_client")
	failed(t, ask(basicAuth(audience, "")), 401, "invalid_client")
	failed(t, ask(basicAuth(audience, apiSecret)), 401, "invalid_client") // the other API's
	failed(t, ask(shop, "token", ""), 400, "invalid_request")

	// Positive evidence only.
	spent := own.Text("refresh_token")
	next := refreshed(t, refresh(a, "server", spent))
	for range 2 { // asking about a spent token is not using it
		ageFamilies(t, store, a, time.Minute)
		if introspected(t, a, spent)["active"] != false || introspected(t, a, next)["active"] != true {
			t.Error("spent and successor are confused")
		}
	}
	if err := p.Sessions.Withdraw(t.Context(), handleOf(t, a).Key, "spa"); err != nil {
		t.Fatal(err)
	}
	if introspected(t, a, foreign.Text("access_token"), shop...)["active"] != false {
		t.Error("without consent")
	}
	off := a.Through(hushtest.Direct(node(t, store, func(o *provider.Options) { refreshers(o); o.Users[0].Disabled = true }).Public))
	if introspected(t, off, access)["active"] != false {
		t.Error("a disabled user's")
	}
	gone := a.Through(hushtest.Direct(node(t, store, func(o *provider.Options) {
		refreshers(o)
		o.Clients = slices.DeleteFunc(o.Clients, func(c client.Spec) bool { return c.ID == "server" })
	}).Public))
	if introspected(t, gone, access, shop...)["active"] != false {
		t.Error("an app's that is gone")
	}
	if _, err := p.Sessions.End(t.Context(), handleOf(t, a).Key, session.SignedOut); err != nil {
		t.Fatal(err)
	}
	for _, token := range []string{access, next, plain.Text("access_token")} {
		if introspected(t, a, token)["active"] != false {
			t.Error("after the session")
		}
	}
}

// TestIntrospectOutage: what cannot be known is not said to be inactive.
func TestIntrospectOutage(t *testing.T) {
	t.Parallel()
	server := redistest.Server(t)
	p := refreshable(t, server.Open())
	a := signIn(t, browser(t, p), "alice")
	own := granting(t, a, "server")
	server.Kill()
	for _, name := range []string{"access_token", "refresh_token"} {
		r := a.Fetch(http.MethodPost, "oauth/introspect", url.Values{"token": {own.Text(name)}}, basicAuth("server", "vault secret")...)
		failed(t, r, 503, "temporarily_unavailable")
	}
}

// TestDiscoveryOfTokens: what may be asked and ended, and how.
func TestDiscoveryOfTokens(t *testing.T) {
	app := client.Spec{ID: "app", RedirectURIs: []string{"https://app.test/cb"}}
	doc := described(t, app)
	if doc["introspection_endpoint"] != nil || doc["revocation_endpoint"] != issuer+"oauth/revoke" {
		t.Errorf("%v", doc)
	}
	lists(t, doc, "introspection_endpoint_auth_methods_supported")
	lists(t, doc, "revocation_endpoint_auth_methods_supported", "none")
	lists(t, doc, "scopes_supported", "openid", "profile", "email", "address", "phone")
	full := browser(t, refreshable(t, embedded(t))).Get(".well-known/openid-configuration").JSON()
	if full["introspection_endpoint"] != issuer+"oauth/introspect" {
		t.Errorf("%v", full)
	}
	for _, method := range full["introspection_endpoint_auth_methods_supported"].([]any) {
		if method == "none" {
			t.Error("anybody may ask")
		}
	}
	lists(t, full, "scopes_supported", "openid", "profile", "email", "address", "phone", "offline_access")
	if types := full["grant_types_supported"].([]any); !slices.Contains(types, any("refresh_token")) {
		t.Errorf("grants %v", types)
	}
}
