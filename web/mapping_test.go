package web_test

import (
	"reflect"
	"testing"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/provider"
)

const (
	rolesClaim = "https://shop.example.com/roles"
	placeClaim = "https://stock.example.com/place"
)

// mapping gives alice a record, and an app and an API that take claims from it.
func mapping(o *provider.Options) {
	o.Users = users()
	o.Users[0].AppMetadata = map[string]any{"roles": []any{"buyer"}, "place": map[string]any{"shelf": 7}}
	o.Clients = append(clients(), client.Spec{
		ID: "mapped", FirstParty: true, RedirectURIs: []string{redirectOf("mapped")},
		GrantTypes:    []string{"authorization_code", "implicit", "refresh_token"},
		ResponseTypes: []string{"code", "id_token token", "code id_token token"},
		IDTokenClaims: map[string]string{rolesClaim: "app_metadata.roles", "login": "username", "nobody": "app_metadata.none"},
	})
	o.APIs = []client.API{{
		Audience: stock, SkipConsentForFirstParty: true, Scopes: map[string]string{"read": "Count"},
		AccessTokenClaims: map[string]string{placeClaim: "app_metadata.place.shelf", "email": "claims.email"},
	}}
}

// TestMappedClaims: they are in whatever is minted, and only where they were asked for.
func TestMappedClaims(t *testing.T) {
	p := node(t, embedded(t), mapping)
	a := signIn(t, browser(t, p), "alice")
	ofID := func(what, raw string) {
		t.Helper()
		c := claimsOf(t, raw)
		if !reflect.DeepEqual(c[rolesClaim], []any{"buyer"}) || c["login"] != "alice" || c[placeClaim] != nil || c["sub"] != "alice" {
			t.Errorf("%s: %v", what, c)
		}
		if _, there := c["nobody"]; there {
			t.Errorf("%s: a claim without a value", what)
		}
	}
	ofAPI := func(what, raw string) {
		t.Helper()
		c := claimsOf(t, raw)
		if c[placeClaim] != 7.0 || c["email"] != "alice@demo.example" || c[rolesClaim] != nil || c["sub"] != "alice" {
			t.Errorf("%s: %v", what, c)
		}
	}
	first := granting(t, a, "mapped", "audience", stock, "prompt", "none")
	ofID("code", first.Text("id_token"))
	ofAPI("code", first.Text("access_token"))
	next := refresh(a, "mapped", first.Text("refresh_token"))
	ofID("refresh", next.Text("id_token"))
	ofAPI("refresh", next.Text("access_token"))

	silently := granted(t, a.Authorize(quiet("mapped", "response_type", "id_token token", "audience", stock, "scope", "openid read")))
	ofID("implicit", silently["id_token"])
	ofAPI("implicit", silently["access_token"])

	access, _ := redeemed(t, a.Exchange(granted(t, a.Authorize(quiet("mapped")))["code"], verifier))
	told := userinfo(a, access).JSON()
	if !reflect.DeepEqual(told[rolesClaim], []any{"buyer"}) || told["login"] != "alice" || claimsOf(t, access)[rolesClaim] != nil {
		t.Errorf("userinfo %v", told)
	}
	t.Run("another user", func(t *testing.T) {
		b := signIn(t, browser(t, p), "bob")
		r := granting(t, b, "mapped", "audience", stock, "prompt", "none")
		id, access := claimsOf(t, r.Text("id_token")), claimsOf(t, r.Text("access_token"))
		if id[rolesClaim] != nil || id["login"] != "bob" || access[placeClaim] != nil || access["email"] != nil {
			t.Errorf("bob has what is alice's: %v %v", id, access)
		}
	})
	t.Run("another app", func(t *testing.T) {
		_, id := redeemed(t, a.Exchange(granted(t, a.Authorize(quiet("every")))["code"], verifier))
		if c := claimsOf(t, id); c[rolesClaim] != nil || c["login"] != nil {
			t.Errorf("told %v", c)
		}
	})
}
