package token

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/hush-sso/hush/internal/oauth"
)

var update = flag.Bool("update", false, "write the golden files")

// decode verifies a token with the published keys, as a resource server does,
// and returns its header and claims.
func decode(t *testing.T, i *Issuer, raw string) (header, claims map[string]any) {
	t.Helper()
	parser := jwt.NewParser(jwt.WithTimeFunc(func() time.Time { return testTime }))
	parsed, err := parser.Parse(raw, func(token *jwt.Token) (any, error) {
		for _, k := range published(t, i.keys) {
			if k["kid"] == token.Header["kid"] && k["alg"] == token.Method.Alg() {
				return publicKey(t, k), nil
			}
		}
		return nil, errors.New("its key is not published")
	})
	if err != nil {
		t.Fatal(err)
	}
	return parsed.Header, parsed.Claims.(jwt.MapClaims)
}

// golden compares header and claims, whose random values were replaced.
func golden(t *testing.T, name string, header, claims map[string]any) {
	t.Helper()
	header["kid"] = "KID"
	for _, random := range []string{"jti", "gid"} {
		if claims[random] != nil {
			claims[random] = strings.ToUpper(random)
		}
	}
	got, err := json.MarshalIndent(map[string]any{"header": header, "claims": claims}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	file := filepath.Join("testdata", name+".json")
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s: got\n%s", file, got)
	}
}

func TestAccessToken(t *testing.T) {
	i, set := testIssuerWith(t, nil), testSet(t)
	for _, tc := range []struct {
		name, audience string
		browser        bool
		life           time.Duration
	}{
		{"access_api", testAPI, false, 24 * time.Hour},
		{"access_api_browser", testAPI, true, 2 * time.Hour},
		{"access_userinfo", "", false, 24 * time.Hour},
		{"access_userinfo_browser", "", true, 2 * time.Hour},
		{"access_short", "https://short.example.com", false, 5 * time.Minute},
		{"access_short_browser", "https://short.example.com", true, time.Minute},
	} {
		t.Run(tc.name, func(t *testing.T) {
			g := testGrant("shop")
			if tc.audience == "" {
				g.ACR, g.AMR, g.SID = "", nil, ""
			} else {
				g.Needs = g.Needs.Union(testOrders(tc.audience))
			}
			raw, life, err := i.AccessToken(g, set.API(tc.audience), testUser, testTime, tc.browser)
			if err != nil || life != tc.life {
				t.Fatalf("lifetime %v, %v; want %v", life, err, tc.life)
			}
			header, claims := decode(t, i, raw)
			key, jti, err := i.OpenGrantID("shop", claims["gid"].(string))
			if err != nil || key != g.Key || jti != g.JTI {
				t.Errorf("gid holds %v %s, %v", key, jti, err)
			}
			if claims["jti"] == g.JTI || len(claims["jti"].(string)) != 22 {
				t.Errorf("jti is %v", claims["jti"])
			}
			golden(t, tc.name, header, claims)
		})
	}
}

func TestIDToken(t *testing.T) {
	i, set := testIssuerWith(t, nil), testSet(t)
	for _, tc := range []struct{ name, client, accessToken, code string }{
		{"id_rs256", "shop", "", ""},
		{"id_rs256_access", "shop", "an.access.token", ""},
		{"id_es256_hybrid", "office", "an.access.token", "a-code"},
		{"id_eddsa_hybrid", "modern", "an.access.token", "a-code"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			raw, err := i.IDToken(set.Client(tc.client), testGrant(tc.client), testUser, testTime, tc.accessToken, tc.code)
			if err != nil {
				t.Fatal(err)
			}
			header, claims := decode(t, i, raw)
			golden(t, tc.name, header, claims)
		})
	}
}

func TestIDTokenBare(t *testing.T) {
	i, c := testIssuerWith(t, nil), testSet(t).Client("shop")
	g := testGrant("shop")
	g.Scopes, g.Nonce, g.ACR, g.AMR, g.SID = []string{"openid"}, "", "", nil, ""
	raw, err := i.IDToken(c, g, testUser, testTime, "", "")
	if err != nil {
		t.Fatal(err)
	}
	header, claims := decode(t, i, raw)
	golden(t, "id_bare", header, claims)
}

func TestAccessTokenForAnotherAPI(t *testing.T) {
	i, set := testIssuerWith(t, nil), testSet(t)
	for name, needs := range map[string]oauth.Grants{
		"one that was not asked for": testOrders(testAPI),
		"a scope of it only":         oauth.NewGrants("https://short.example.com", []string{"read:orders"}),
	} {
		g := testGrant("shop")
		g.Needs = needs
		if raw, _, err := i.AccessToken(g, set.API("https://short.example.com"), testUser, testTime, false); err == nil {
			t.Errorf("%s: %s", name, raw)
		}
	}
}

func TestIDTokenForSomebodyElse(t *testing.T) {
	i, set := testIssuerWith(t, nil), testSet(t)
	if _, err := i.IDToken(set.Client("shop"), testGrant("shop"), User{ID: "u-2"}, testTime, "", ""); err == nil {
		t.Error("another user's claims went into the token")
	}
	if _, err := i.IDToken(set.Client("office"), testGrant("shop"), testUser, testTime, "", ""); err == nil {
		t.Error("a token was minted for another client than was granted")
	}
}

func TestAccessTokenForSomebodyElse(t *testing.T) {
	i, set := testIssuerWith(t, nil), testSet(t)
	if _, _, err := i.AccessToken(testGrant("shop"), set.API(testAPI), User{ID: "u-2"}, testTime, false); err == nil {
		t.Error("another user's record went into the token")
	}
}

// OpenID Connect Core 1.0 section 3.1.3.6, spelled out beside the code.
func TestHalfHash(t *testing.T) {
	i := testIssuerWith(t, nil)
	h256, h512 := sha256.Sum256([]byte("token")), sha512.Sum512([]byte("token"))
	for alg, want := range map[string][]byte{"RS256": h256[:16], "ES256": h256[:16], "EdDSA": h512[:32]} {
		s, err := i.keys.signer(alg)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.halfHash("token"); got != base64.RawURLEncoding.EncodeToString(want) {
			t.Errorf("%s: %s", alg, got)
		}
	}
}

func TestScopeClaims(t *testing.T) {
	all := map[string]any{"name": nil}
	for _, names := range scopeClaims {
		for _, name := range names {
			all[name] = name
		}
	}
	for _, name := range []string{"iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "sid", "acr", "amr", "azp", "at_hash", "c_hash", "groups", "password"} {
		all[name] = "from the directory"
	}
	profile := []string{
		"birthdate", "family_name", "gender", "given_name", "locale", "middle_name", "name", "nickname",
		"picture", "preferred_username", "profile", "updated_at", "website", "zoneinfo",
	}
	for scope, want := range map[string][]string{
		"": nil, "openid": nil, "offline_access": nil, "sub": nil,
		"openid profile":       profile,
		"email":                {"email", "email_verified"},
		"address":              {"address"},
		"phone":                {"phone_number", "phone_number_verified"},
		"email email address":  {"address", "email", "email_verified"},
		"read:orders nonsense": nil,
	} {
		got := slices.Sorted(maps.Keys(claimsOfScopes(strings.Fields(scope), all)))
		if !slices.Equal(got, want) {
			t.Errorf("%q gives %q, want %q", scope, got, want)
		}
	}
	if got := claimsOfScopes([]string{"profile"}, map[string]any{"name": nil}); len(got) != 0 {
		t.Errorf("an empty claim is given: %v", got)
	}
	if got := claimsOfScopes([]string{"profile"}, nil); got == nil || len(got) != 0 {
		t.Errorf("no claims give %v", got)
	}
}

func TestNewIssuerRefuses(t *testing.T) {
	keyring, keys := testKeyring(t, testIssuer), testKeys(t)
	for name, c := range map[string]Config{
		"empty":     {},
		"no issuer": {Keyring: keyring, Keys: keys},
		"no keys":   {Issuer: testIssuer, Keyring: keyring},
		"negative":  {Issuer: testIssuer, Keyring: keyring, Keys: keys, Code: -time.Second},
		"too short": {Issuer: testIssuer, Keyring: keyring, Keys: keys, IDToken: time.Millisecond},
	} {
		if _, err := NewIssuer(c); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// The userinfo audience stands under the issuer whether it ends in a slash.
func TestUserinfoAudience(t *testing.T) {
	for issuer, want := range map[string]string{
		"https://a.example/":     "https://a.example/userinfo",
		"https://a.example":      "https://a.example/userinfo",
		"https://a.example/sso/": "https://a.example/sso/userinfo",
	} {
		i, err := NewIssuer(Config{Issuer: issuer, Keyring: testKeyring(t, issuer), Keys: testKeys(t)})
		if err != nil || i.UserinfoAudience() != want {
			t.Errorf("%s: %v", issuer, err)
		}
	}
}

func TestUnknownAlgorithm(t *testing.T) {
	i, set := testIssuerWith(t, nil), testSet(t)
	api := *set.API(testAPI)
	api.SigningAlg = "HS256"
	if _, _, err := i.AccessToken(testGrant("shop"), &api, testUser, testTime, false); err == nil || errors.Is(err, ErrNotReady) {
		t.Errorf("got %v", err)
	}
}
