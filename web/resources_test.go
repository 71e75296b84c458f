package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/redistest"
)

// both asks for two APIs at once.
func both(clientID string, pairs ...string) url.Values {
	q := request(clientID, append([]string{"scope", offlineID + " read pay move"}, pairs...)...)
	q["resource"] = []string{audience, stock}
	return q
}

func algOf(t testing.TB, raw string) any {
	t.Helper()
	front, _, _ := strings.Cut(raw, ".")
	return claimsOf(t, "e30."+front+".e30")["alg"]
}

// TestSeveralResources: one authorization for two APIs, one access token for
// each, by code and by refresh token, each as its API wants it.
func TestSeveralResources(t *testing.T) {
	p := refreshable(t, embedded(t))
	a := signIn(t, browser(t, p), "alice")
	is := func(r *hushtest.Reply, aud, alg, scope string, life float64) {
		t.Helper()
		access, _ := redeemed(t, r)
		claims := claimsOf(t, access)
		if claims["aud"] != aud || claims["scope"] != scope || r.Text("scope") != scope || r.JSON()["expires_in"] != life || algOf(t, access) != alg {
			t.Errorf("answer %s with %v", r.Body, claims)
		}
	}
	redeem := func(pairs ...string) *hushtest.Reply {
		return a.Exchange(granted(t, a.Authorize(both("spa")))["code"], verifier, pairs...)
	}
	is(redeem(), audience, "RS256", offlineID+" read pay", 86400)
	is(redeem("resource", stock), stock, "ES256", offlineID+" read move", 300)
	is(redeem("resource", issuer+"userinfo"), issuer+"userinfo", "RS256", offlineID, 86400)
	is(redeem("audience", stock), audience, "RS256", offlineID+" read pay", 86400) // a leftover
	good := granted(t, a.Authorize(both("spa")))["code"]
	failed(t, a.Exchange(good, verifier, "resource", "https://unknown.example"), 400, "invalid_target")
	form := url.Values{"grant_type": {"authorization_code"}, "code": {good}, "client_id": {"spa"}, "redirect_uri": {redirectOf("spa")},
		"code_verifier": {verifier}, "resource": {audience, stock}}
	failed(t, a.Fetch(http.MethodPost, "oauth/token", form), 400, "invalid_target")

	first := a.Exchange(good, verifier, "resource", stock) // nothing of that burnt it
	next := refreshed(t, first)
	r := refresh(a, "spa", next)
	is(r, audience, "RS256", offlineID+" read pay", 86400)
	spent := refreshed(t, r)
	for _, name := range []string{"resource", "audience"} {
		r = refresh(a, "spa", spent, name, stock, "scope", "openid move pay")
		is(r, stock, "ES256", "openid move", 300)
	}
	// At the same moment for both: each gets its own, and they go on with one token.
	shop := refresh(a, "spa", spent, "resource", audience)
	is(shop, audience, "RS256", offlineID+" read pay", 86400)
	if refreshed(t, shop) != refreshed(t, r) {
		t.Error("one token has two successors")
	}
	is(refresh(a, "spa", refreshed(t, r)), audience, "RS256", offlineID+" read pay", 86400) // narrowed once, not for good

	refused(t, a.Authorize(with(both("every"), "response_type", "token", "prompt", "none")), "invalid_target", "")
	q := both("spa")
	q["resource"] = append(q["resource"], "https://unknown.example")
	refused(t, a.Authorize(q), "invalid_target", "")
}

// TestConsentPerAPI: the page says of each API what it is asked for.
func TestConsentPerAPI(t *testing.T) {
	p := refreshable(t, embedded(t))
	a := signIn(t, browser(t, p), "alice")
	page := a.Authorize(both("visitor")).Body
	shop, warehouse, _ := strings.Cut(page, ">Stock<")
	_, shop, named := strings.Cut(shop, ">Shop<")
	if !named || !strings.Contains(shop, "Read") || !strings.Contains(shop, "Pay") || strings.Contains(shop, "Move") ||
		!strings.Contains(warehouse, "Count") || !strings.Contains(warehouse, "Move") || strings.Contains(warehouse, "Pay") {
		t.Errorf("the page does not tell them apart:\n%s", page)
	}
	granted(t, a.Consent("allow"))
	// Of one API alone it is allowed as well, of more it is not.
	granted(t, a.Authorize(quiet("visitor", "scope", "openid read", "audience", stock)))
	refused(t, a.Authorize(quiet("visitor", "scope", "openid phone", "audience", stock)), "consent_required", "consent_scope")
}

// TestTripsOfTokens: what the endpoints for apps cost.
func TestTripsOfTokens(t *testing.T) {
	store := embedded(t)
	p := refreshable(t, store)
	a := signIn(t, browser(t, p), "alice")
	codes := map[string]string{}
	for _, id := range []string{"spa", "lasting"} {
		codes[id] = code(t, a, id, "scope", offlineID)
	}
	own := granting(t, a, "server")
	// A script that the store does not know yet takes two.
	revoked(a, "spa", granting(t, a, "lasting").Text("refresh_token"))
	revoked(a, "spa", refreshed(t, refresh(a, "spa", granting(t, a, "spa").Text("refresh_token"))))
	introspected(t, a, own.Text("access_token"))
	tokens := map[string]string{}
	for _, c := range []struct {
		name string
		want int
		ask  func()
	}{
		{"a code with refresh tokens", 1, func() {
			tokens["spa"] = refreshed(t, a.Exchange(codes["spa"], verifier, "client_id", "spa", "redirect_uri", redirectOf("spa")))
		}},
		{"with those that outlive the session", 2, func() {
			tokens["lasting"] = refreshed(t, a.Exchange(codes["lasting"], verifier, "client_id", "lasting", "redirect_uri", redirectOf("lasting")))
		}},
		{"a refresh", 2, func() { tokens["next"] = refreshed(t, refresh(a, "spa", tokens["spa"])) }},
		{"a lost answer", 1, func() { refreshed(t, refresh(a, "spa", tokens["spa"])) }},
		{"a refresh that is wrong", 0, func() { stale(t, refresh(a, "spa", tokens["lasting"])) }},
		{"introspection", 1, func() { introspected(t, a, own.Text("access_token")) }},
		{"of a refresh token", 1, func() { introspected(t, a, own.Text("refresh_token")) }},
		{"revocation", 1, func() { revoked(a, "spa", tokens["next"]) }},
		{"of nothing", 0, func() { revoked(a, "spa", "x") }},
	} {
		if n := redistest.Trips(store, c.ask); n != c.want {
			t.Errorf("%s: %d trips, want %d", c.name, n, c.want)
		}
	}
}
