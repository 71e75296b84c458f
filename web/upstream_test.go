package web_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/internal/rules"
)

// TestUpstream: a user whom no directory has signs in at another provider, and every
// way to them knows their claims: the answer, silence in one trip, code, refresh,
// userinfo and the account page.
func TestUpstream(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		up := newIDP(t)
		p := linkedTo(t, store, nil, up.connection("corp"))
		a := browser(t, p)
		code := granted(t, backFrom(a, up, leaveFor(t, a, "corp")))["code"]
		access, id := redeemed(t, a.Exchange(code, verifier))
		for where, claims := range map[string]map[string]any{
			"ID token": claimsOf(t, id), "userinfo": userinfo(a, access).JSON(), "silently": claimsOf(t, idToken(t, a)),
		} {
			if claims["sub"] != "corp|u-7" || claims["name"] != "Carol Jones" || claims["email"] != "carol@corp.test" || claims["email_verified"] != true {
				t.Errorf("%s: %v", where, claims)
			}
			if _, told := claims["amr"]; told {
				t.Errorf("%s says how somebody else's user signed in: %v", where, claims["amr"])
			}
		}
		up.says(func() { up.away = true })
		if n := redistest.Trips(store, func() { idToken(t, a) }); n != 1 {
			t.Errorf("silently, while the other provider is away: %d trips", n)
		}
		if got := a.Get("account").Body; !strings.Contains(got, "Carol Jones") {
			t.Errorf("the account page does not know her\n%.900s", got)
		}
	})
}

// TestUpstreamRules: rules are told by which connection somebody signed in, now and
// later, and who they are besides; whom they refuse has no session.
func TestUpstreamRules(t *testing.T) {
	up := newIDP(t)
	r := rulesThat(nil)
	corp := up.connection("corp")
	corp.Strategy, corp.TrustAMR, corp.Claims = "okta", true, map[string]string{"name": "name", "app_metadata.roles": "groups"}
	p := linkedTo(t, embedded(t), func(o *provider.Options) {
		o.Rules = r
		o.Users = append(o.Users, login.User{ID: "dave", Username: "dave", PasswordHash: aliceHash, Identities: []login.Identity{{Connection: "corp", Subject: "u-8"}}})
	}, corp)
	for sub, c := range map[string]struct {
		id   string
		ways []rules.Identity
	}{
		"u-7": {"corp|u-7", []rules.Identity{{Connection: "corp", Provider: "okta", UserID: "u-7"}}},
		"u-8": {"dave", []rules.Identity{
			{Connection: rules.DefaultConnection, Provider: rules.DefaultStrategy, UserID: "dave"}, {Connection: "corp", Provider: "okta", UserID: "u-8"},
		}},
	} {
		up.says(func() {
			up.claims = map[string]any{"sub": sub, "groups": []string{"buyer"}, "amr": []string{"otp", "bad word"}}
		})
		a := browser(t, p)
		asked := r.during(func() {
			signInBy(t, a, up, "corp")
			granted(t, a.Authorize(quiet("every")))
		})
		if len(asked) == 0 {
			t.Fatal("no rule was asked")
		}
		for _, in := range asked {
			if in.User.UserID != c.id || in.Context.Connection != "corp" || in.Context.ConnectionStrategy != "okta" || !slices.Equal(in.User.Identities, c.ways) {
				t.Errorf("%s: told %q by %q (%q), %v", sub, in.User.UserID, in.Context.Connection, in.Context.ConnectionStrategy, in.User.Identities)
			}
			if methods := in.Context.Authentication.Methods; len(methods) != 1 || methods[0].Name != "otp" {
				t.Errorf("%s: told of %v", sub, methods)
			}
			if roles := in.Context.Authorization.Roles; (len(roles) == 1) != (sub == "u-7") {
				t.Errorf("%s has the roles %v", sub, roles)
			}
		}
	}
	r.from(func(*rules.Input) (rules.Verdict, error) { return deny("not today") })
	a := browser(t, p)
	refused(t, backFrom(a, up, leaveFor(t, a, "corp")), "access_denied", "rule_denied")
	if a.Cookie(ssoCookie) != "" {
		t.Error("there is a session all the same")
	}
}
