package token

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/oauth"
)

const shopRoles = "https://shop.example/roles"

// testEffects try everything once, forgeries too.
func testEffects() *Effects {
	return &Effects{
		IDToken:     map[string]any{shopRoles: []any{"buyer"}, "Sub": "u-2", "sid": "theirs", "website": "https://shop.example", "Team": "a", "team": "b"},
		AccessToken: map[string]any{shopRoles: []any{"buyer", "seller"}, "sub": "u-2", "gid": "forged", "userinfo": map[string]any{"email": "boss@example.com"}, "Scope": "admin"},
		User:        map[string]any{"email": nil, "name": "Alice of Shop", "phone_number": "+1", "groups": "admin", "sub": "u-2"},
		Scope:       []string{"profile", "email", "read:orders", "admin"},
	}
}

// A code carries effects to its tokens; one of before they came, byte for byte, is
// still read; a refresh token keeps what was withheld and nothing that was given.
func TestGrantCarriesEffects(t *testing.T) {
	i := testIssuerWith(t, nil)
	for _, top := range []bool{false, true} {
		g := testGrant("shop")
		g.TopLevel = top
		plain := appendGrant(nil, &g)
		if plain[0] != 2 && plain[0] != 3 {
			t.Errorf("a grant without effects is version %d", plain[0])
		}
		g.Effects = testEffects()
		opened, err := i.OpenCode("shop", i.SealCode(g))
		if err != nil || !reflect.DeepEqual(opened, g) {
			t.Errorf("a code: %+v, %v", opened.Effects, err)
		}
		again, err := i.openRefresh("shop", i.sealRefresh(refreshToken{grant: g}))
		if err != nil || !reflect.DeepEqual(again.grant.Effects, &Effects{Scope: g.Effects.Scope}) {
			t.Errorf("a refresh token: %+v, %v", again.grant.Effects, err)
		}
		g.Effects.Scope = nil
		again, err = i.openRefresh("shop", i.sealRefresh(refreshToken{grant: g}))
		if err != nil || again.grant.Effects != nil {
			t.Errorf("a refresh token of a grant that was not narrowed: %+v, %v", again.grant.Effects, err)
		}
	}
}

func TestParseEffectsCut(t *testing.T) {
	g := testGrant("shop")
	g.Effects = testEffects()
	g.Effects.IDToken["long"] = strings.Repeat("text ", 100)
	raw := appendGrant(nil, &g)
	if !strings.Contains(string(raw), string(packedDeflate)) {
		t.Fatal("nothing was compressed")
	}
	for n := range raw {
		if _, err := parseGrant(raw[:n]); err == nil {
			t.Fatalf("%d of %d bytes were read", n, len(raw))
		}
	}
}

func TestTokensWithEffects(t *testing.T) {
	i, set := testIssuerWith(t, nil), testSet(t)
	g := testGrant("shop")
	g.Effects = testEffects()
	mint := func(audience string) map[string]any {
		raw, _, err := i.AccessToken(g, set.API(audience), testUser, testTime, false)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := i.verifyAccess(raw, testTime); err != nil {
			t.Errorf("we do not read it ourselves: %v", err)
		}
		_, claims := decode(t, i, raw)
		return claims
	}
	t.Run("ID token", func(t *testing.T) {
		raw, err := i.IDToken(set.Client("shop"), g, testUser, testTime, "", "")
		if err != nil {
			t.Fatal(err)
		}
		if hint, err := i.ReadIDTokenHint(raw); err != nil || hint.Subject != "u-1" {
			t.Errorf("as a hint: %+v, %v", hint, err)
		}
		header, claims := decode(t, i, raw)
		golden(t, "id_effects", header, claims)
	})
	t.Run("access token", func(t *testing.T) {
		golden(t, "access_effects", map[string]any{}, mint(testAPI))
	})
	t.Run("userinfo", func(t *testing.T) {
		claims := mint("")
		golden(t, "access_userinfo_effects", map[string]any{}, maps.Clone(claims))
		raw, err := json.Marshal(claims)
		var access AccessClaims
		if err != nil || json.Unmarshal(raw, &access) != nil {
			t.Fatal(err)
		}
		told := access.TellUser(set.Client("shop"), testUser)
		if told["sub"] != "u-1" || told["Sub"] != nil || told["sid"] != nil {
			t.Errorf("a protocol claim was set: %v", told)
		}
		if _, there := told["email"]; there || told["name"] != "Alice of Shop" || told["phone_number"] != nil || told["team"] != "b" {
			t.Errorf("told %v", told)
		}
		if !reflect.DeepEqual(told[shopRoles], []any{"buyer"}) {
			t.Errorf("roles %v", told[shopRoles])
		}
	})
}

// Access tokens lose scopes, and what was named in their place; ID tokens and refresh
// tokens are as they were granted.
func TestNarrowedByRules(t *testing.T) {
	api := testSet(t).API(testAPI)
	for name, tc := range map[string]struct {
		scope []string // that remains
		want  string
	}{
		"nothing said":     {nil, "openid profile email read:orders write:orders"},
		"everything taken": {[]string{}, "openid"},
		"one scope":        {[]string{"write:orders"}, "openid write:orders"},
		"more than asked":  {[]string{"email", "read:orders", "delete:orders"}, "openid email read:orders"},
	} {
		g := testGrant("shop")
		g.Effects = &Effects{Scope: tc.scope}
		again, err := parseGrant(appendGrant(nil, &g))
		if err != nil || again.AccessScope(api) != tc.want {
			t.Errorf("%s: %q, %v", name, again.AccessScope(api), err)
		}
		if again.AccessScope(api) != tc.want || len(again.ScopesOf(api)) != 5 {
			t.Errorf("%s: the ID token lost %v", name, again.ScopesOf(api))
		}
	}
	g := testGrant("shop")
	g.Needs = g.Needs.Union(oauth.NewGrants("", []string{"phone"}))
	g.Effects = &Effects{Scope: []string{"profile"}}
	if got := g.allowed([]string{"email", "name", "phone_number"}); !slices.Equal(got, []string{"name"}) {
		t.Errorf("by name %v", got)
	}
}

func TestEffectsNarrow(t *testing.T) {
	earlier := &Effects{Scope: []string{"a", "b"}}
	for name, tc := range map[string]struct {
		now, earlier *Effects
		want         []string
	}{
		"none":          {nil, nil, nil},
		"only then":     {nil, earlier, []string{"a", "b"}},
		"only now":      {&Effects{Scope: []string{"c"}}, nil, []string{"c"}},
		"never widened": {&Effects{Scope: []string{"b", "c"}}, earlier, []string{"b"}},
		"claims now":    {&Effects{IDToken: map[string]any{"x": 1}}, earlier, []string{"a", "b"}},
		"nothing left":  {&Effects{Scope: []string{}}, earlier, []string{}},
	} {
		got := tc.now.Narrow(tc.earlier)
		if got == nil {
			got = &Effects{}
		}
		if !reflect.DeepEqual(got.Scope, tc.want) {
			t.Errorf("%s: %v", name, got.Scope)
		}
		if tc.now != nil && !reflect.DeepEqual(got.IDToken, tc.now.IDToken) {
			t.Errorf("%s: claims %v", name, got.IDToken)
		}
	}
}

func TestEffectsCheck(t *testing.T) {
	deep := func(n int) any {
		var v any = "x"
		for range n {
			v = []any{v}
		}
		return v
	}
	random := rand.New(rand.NewPCG(1, 2))
	noise := func() (text []any) {
		for range 350 {
			text = append(text, random.Uint32())
		}
		return text
	}
	for name, tc := range map[string]struct {
		e    *Effects
		want string
	}{
		"none":            {nil, ""},
		"empty":           {&Effects{}, ""},
		"many roles":      {&Effects{IDToken: map[string]any{shopRoles: slices.Repeat([]any{"warehouse-clerk"}, 200)}}, ""},
		"ID token":        {&Effects{IDToken: map[string]any{"x": strings.Repeat("a", 2100)}, User: map[string]any{"name": strings.Repeat("a", 2100)}}, "ID token have 4"},
		"access token":    {&Effects{AccessToken: map[string]any{"x": strings.Repeat("a", 4100)}}, "access token have 4"},
		"code":            {&Effects{AccessToken: map[string]any{"x": noise()}, IDToken: map[string]any{"x": noise()}}, "code, have"},
		"deep":            {&Effects{IDToken: map[string]any{"x": deep(14)}}, ""},
		"deeper":          {&Effects{IDToken: map[string]any{"x": deep(15)}}, "nested"},
		"what JSON lacks": {&Effects{IDToken: map[string]any{"x": func() {}}}, "ID token have"},
	} {
		err := tc.e.Check()
		if (err == nil) != (tc.want == "") || err != nil && !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Every claim that we write ourselves is reserved, those that will be added too.
func TestOwnClaimsAreReserved(t *testing.T) {
	for _, of := range []any{AccessClaims{}, idClaims{}} {
		for field := range reflect.TypeOf(of).NumField() {
			name, _, _ := strings.Cut(reflect.TypeOf(of).Field(field).Tag.Get("json"), ",")
			if name != "-" && !oauth.Reserved(name) {
				t.Errorf("%T: %q could be set by rules", of, name)
			}
		}
	}
	for name := range maps.Keys(testUser.Claims) {
		if ScopeOf(name) != "" && oauth.Reserved(name) {
			t.Errorf("%q is the user's", name)
		}
	}
}
