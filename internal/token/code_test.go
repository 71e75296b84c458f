package token

import (
	"bytes"
	"encoding/binary"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/seal"
	"github.com/hush-sso/hush/session"
)

func TestCodeRoundTrip(t *testing.T) {
	codes := NewCodes(testKeyring(t, testIssuer))
	typical := testGrant("shop")
	for name, g := range map[string]Grant{
		"typical": typical,
		"zero":    {},
		"needs beyond the scopes": {
			ClientID: "shop", Scopes: []string{"openid"}, Sub: "pairwise", Claims: `{"userinfo":{"email":null}}`, JKT: "thumbprint",
			Needs: oauth.NewGrants("", []string{"openid", "offline_access"}).
				Union(oauth.NewGrants(testAPI, []string{"read:orders", "openid"})).
				Union(oauth.NewGrants("https://other.example.com", []string{"openid", "x"})),
		},
		"no API": {ClientID: "shop", Scopes: []string{"openid"}, Needs: oauth.NewGrants("", []string{"openid"})},
	} {
		t.Run(name, func(t *testing.T) {
			if g.AuthTime.IsZero() {
				g.AuthTime, g.IssuedAt = time.Time{}.UTC(), time.Time{}.UTC()
			}
			code := codes.SealCode(g)
			got, err := codes.OpenCode(g.ClientID, code)
			if err != nil || !reflect.DeepEqual(got, g) {
				t.Errorf("got %+v, %v\nwant %+v", got, err, g)
			}
		})
	}
}

// Codes travel in a query: the typical one stays well under 700 characters.
func TestCodeIsShort(t *testing.T) {
	code := NewCodes(testKeyring(t, testIssuer)).SealCode(testGrant("shop"))
	t.Logf("%d characters", len(code))
	if len(code) >= 600 {
		t.Errorf("the code has %d characters", len(code))
	}
	if strings.ContainsAny(code, "+/=&?#% ") {
		t.Error("the code needs escaping")
	}
}

func TestOpenCodeRefuses(t *testing.T) {
	keyring := testKeyring(t, testIssuer)
	codes := NewCodes(keyring)
	code := codes.SealCode(testGrant("shop"))
	elsewhere := func(issuer string, secret []byte) string {
		return NewCodes(testKeyring(t, issuer, secret)).SealCode(testGrant("shop"))
	}
	for name, tc := range map[string]struct {
		clientID, code string
		want           error
	}{
		"its own":          {"shop", code, nil},
		"another client":   {"office", code, seal.ErrInvalid},
		"no client":        {"", code, seal.ErrInvalid},
		"another issuer":   {"shop", elsewhere("https://login.example.net/", testSecret), seal.ErrInvalid},
		"another secret":   {"shop", elsewhere(testIssuer, bytes.Repeat([]byte("x"), 32)), seal.ErrUnknownKey},
		"another purpose":  {"shop", keyring.Box("grant").Seal(bytes.Repeat([]byte{1}, 80), "shop"), seal.ErrInvalid},
		"a foreign layout": {"shop", keyring.Box("code").Seal([]byte{2, 1, 2, 3}, "shop"), seal.ErrInvalid},
		"empty":            {"shop", "", seal.ErrInvalid},
		"nonsense":         {"shop", strings.Repeat("code", 50), seal.ErrUnknownKey},
		"a character off":  {"shop", code[:100] + "." + code[101:], seal.ErrInvalid},
		"another tail":     {"shop", code[:len(code)-8] + "AAAAAAAA", seal.ErrInvalid},
	} {
		g, err := codes.OpenCode(tc.clientID, tc.code)
		if !errors.Is(err, tc.want) {
			t.Errorf("%s: got %v, want %v", name, err, tc.want)
		}
		if err != nil && g.UserID != "" {
			t.Errorf("%s: an error and a grant", name)
		}
	}
}

// Any cut of a grant is an error, never a panic or a grant with less in it.
func TestParseGrantCut(t *testing.T) {
	g := testGrant("shop")
	raw := appendGrant(nil, &g)
	for n := range raw {
		if _, err := parseGrant(raw[:n]); !errors.Is(err, seal.ErrInvalid) {
			t.Fatalf("%d of %d bytes: %v", n, len(raw), err)
		}
	}
	// A length far beyond the rest makes no room for it first.
	huge := append([]byte{codecVersion}, make([]byte, 16+8)...)
	huge = binary.AppendUvarint(huge, 1<<50)
	if _, err := parseGrant(huge); !errors.Is(err, seal.ErrInvalid) {
		t.Errorf("a huge list: %v", err)
	}
	if _, err := parseGrant(append(raw, 0)); !errors.Is(err, seal.ErrInvalid) {
		t.Errorf("a byte more: %v", err)
	}
}

// A code says whether it was gotten in a window of its own, and a refresh token of it
// does not.
func TestTopLevelIsOfCodes(t *testing.T) {
	g := testGrant("shop")
	for _, top := range []bool{true, false} {
		g.TopLevel = top
		again, err := parseGrant(appendGrant(nil, &g))
		if err != nil || again.TopLevel != top {
			t.Errorf("%v: %v, %v", top, again.TopLevel, err)
		}
	}
	i := testIssuerWith(t, nil)
	g.TopLevel = true
	opened, err := i.openRefresh("shop", i.sealRefresh(refreshToken{grant: g}))
	if err != nil || opened.grant.TopLevel || opened.grant.UserID != g.UserID {
		t.Errorf("a refresh token: %+v, %v", opened.grant, err)
	}
}

// What a token gives follows from what the session must hold: a scope beside it
// gives nothing.
func TestGrantGivesWhatItNeeds(t *testing.T) {
	other := "https://other.example.com"
	g := Grant{
		UserID: "u-1", Scopes: []string{"read", "email", "openid", "write", "admin"},
		Needs: oauth.NewGrants("", []string{"openid", "profile"}).
			Union(oauth.NewGrants(testAPI, []string{"", "read"})).
			Union(oauth.NewGrants(other, []string{"", "read", "write"})).
			Union(oauth.NewGrants("https://not.asked.example.com", []string{"read"})),
	}
	for audience, want := range map[string]string{"": "openid", testAPI: "read openid", other: "read openid write"} {
		var api *client.API
		if audience != "" {
			api = &client.API{Audience: audience}
		}
		if got := strings.Join(g.ScopesOf(api), " "); got != want {
			t.Errorf("%q: %q, want %q", audience, got, want)
		}
	}
	if got := g.Audiences(); !slices.Equal(got, []string{testAPI, other}) {
		t.Errorf("for %q", got)
	}
	if g.Offline() || g.Subject() != "u-1" {
		t.Errorf("offline %v, subject %s", g.Offline(), g.Subject())
	}
	g.Sub, g.Needs = "pairwise", oauth.NewGrants("", []string{"offline_access"})
	if !g.Offline() || g.Subject() != "pairwise" || g.Audiences() != nil {
		t.Errorf("offline %v, subject %s, for %q", g.Offline(), g.Subject(), g.Audiences())
	}
}

func FuzzParseGrant(f *testing.F) {
	g := testGrant("shop")
	f.Add(appendGrant(nil, &g))
	f.Add(appendGrant(nil, &Grant{}))
	f.Fuzz(func(t *testing.T, raw []byte) {
		g, err := parseGrant(raw)
		if err != nil {
			return
		}
		again, err := parseGrant(appendGrant(nil, &g))
		if err != nil || again.Key != g.Key || again.UserID != g.UserID || !again.Needs.Covers(g.Needs) {
			t.Fatalf("%+v became %+v, %v", g, again, err)
		}
	})
}

func TestGrantID(t *testing.T) {
	i := testIssuerWith(t, nil)
	g := testGrant("shop")
	gid := i.sealGrantID(&g)
	if key, jti, err := i.OpenGrantID("shop", gid); err != nil || key != g.Key || jti != g.JTI {
		t.Errorf("got %v %s, %v", key, jti, err)
	}
	for name, tc := range map[string]struct{ clientID, gid string }{
		"another client": {"office", gid},
		"empty":          {"shop", ""},
		"a code":         {"shop", i.SealCode(g)},
		"too short":      {"shop", i.gids.Seal(g.Key[:], "shop")},
	} {
		key, jti, err := i.OpenGrantID(tc.clientID, tc.gid)
		if !errors.Is(err, seal.ErrInvalid) || key != (session.Key{}) || jti != "" {
			t.Errorf("%s: got %v %q, %v", name, key, jti, err)
		}
	}
}
