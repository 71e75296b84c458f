package token

import (
	"errors"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/oauth"
)

// TestNarrow: a request at the token endpoint gets one API of those granted, and
// never a scope more.
func TestNarrow(t *testing.T) {
	const other, gone = "https://short.example.com", "https://gone.example.com"
	i, set := testIssuerWith(t, nil), testSet(t)
	g := testGrant("shop")
	g.Scopes = append(g.Scopes, "ship")
	g.Needs = g.Needs.Union(oauth.NewGrants(other, []string{"", "ship"})).Union(oauth.NewGrants(gone, []string{""}))
	const identity = "openid profile email"
	for name, c := range map[string]struct {
		scope   string
		targets []string
		api     string
		want    string // scopes
		code    string // of the refusal
	}{
		"nothing asked":        {"", nil, testAPI, identity + " read:orders write:orders", ""},
		"the first":            {"", []string{testAPI}, testAPI, identity + " read:orders write:orders", ""},
		"the first, twice":     {"", []string{testAPI, testAPI}, testAPI, identity + " read:orders write:orders", ""},
		"another":              {"", []string{other}, other, identity + " ship", ""},
		"userinfo":             {"", []string{i.UserinfoAudience()}, "", identity, ""},
		"fewer scopes":         {"write:orders openid", nil, testAPI, "openid write:orders", ""},
		"scopes of another":    {"openid ship", nil, testAPI, "openid", ""},
		"scopes never granted": {"openid admin read:orders", nil, testAPI, "openid read:orders", ""},
		"no scope left":        {"admin", nil, testAPI, "", oauth.InvalidScope},
		"only another's scope": {"read:orders", []string{other}, "", "", oauth.InvalidScope},
		"two at once":          {"", []string{testAPI, other}, "", "", oauth.InvalidTarget},
		"not granted":          {"", []string{"https://long.example.com"}, "", "", oauth.InvalidTarget},
		"no longer there":      {"", []string{gone}, "", "", oauth.InvalidTarget},
		"not the same bytes":   {"", []string{testAPI + "/"}, "", "", oauth.InvalidTarget},
	} {
		t.Run(name, func(t *testing.T) {
			scopes, _ := oauth.ParseScope(c.scope)
			got, api, err := i.narrow(g, Ask{Scopes: scopes, Targets: c.targets, APIs: set.API})
			if refusal := (*oauth.Error)(nil); c.code != "" {
				if !errors.As(err, &refusal) || refusal.Code != c.code {
					t.Fatalf("%v, want %s", err, c.code)
				}
				return
			}
			if err != nil || api != set.API(c.api) || strings.Join(got.ScopesOf(api), " ") != c.want {
				t.Fatalf("%v with %q, %v", api, got.ScopesOf(api), err)
			}
		})
	}
	g.Needs = oauth.NewGrants(gone, []string{""})
	if _, _, err := i.narrow(g, Ask{APIs: set.API}); err == nil {
		t.Error("an API that is gone became a token for something else")
	}
}
