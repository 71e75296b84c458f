package jose_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/jose"
	"github.com/hush-sso/hush/internal/jose/josetest"
)

func parseKey(t *testing.T, s *josetest.Signer) jose.Key {
	t.Helper()
	key, err := jose.ParseJWK([]byte(s.JWK()))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestVerify(t *testing.T) {
	for _, alg := range jose.Algorithms {
		s := josetest.New(t, alg)
		raw := s.JWT(t, nil, map[string]any{"sub": "me"})
		h, _, err := jose.Read(raw, jose.Want{Algs: jose.Algorithms, Types: []string{""}})
		if err != nil {
			t.Fatal(err)
		}
		other := parseKey(t, josetest.New(t, "EdDSA"))
		if key, err := jose.Verify(raw, h, other, parseKey(t, s)); err != nil || key.Thumbprint() != s.Public.KID {
			t.Errorf("%s: %v", alg, err)
		}
		for name, bad := range map[string]string{
			"changed":       strings.Replace(raw, ".", ".e", 1),
			"cut":           raw[:len(raw)-4],
			"longer":        raw + "AAAA",
			"no signature":  raw[:strings.LastIndexByte(raw, '.')+1],
			"nothing":       "",
			"not base64url": raw + "*",
		} {
			if _, err := jose.Verify(bad, h, parseKey(t, s)); !errors.Is(err, jose.ErrSignature) {
				t.Errorf("%s %s: %v", alg, name, err)
			}
		}
		if _, err := jose.Verify(raw, h, other); !errors.Is(err, jose.ErrSignature) {
			t.Errorf("%s by another key: %v", alg, err)
		}
		if _, err := jose.Verify(raw, h); !errors.Is(err, jose.ErrSignature) {
			t.Errorf("%s by no key: %v", alg, err)
		}
	}
}

// A key is for its kind of algorithm, and for the one that it names.
func TestVerifyAlgorithmOfKey(t *testing.T) {
	rs := josetest.New(t, "RS256")
	key := parseKey(t, rs)
	secret := jose.Secret([]byte(rs.JWK()))
	h := `{"alg":"HS256"}`
	byPublic := josetest.HS256(t, []byte(rs.JWK()), h, `{}`)
	ps := *rs
	ps.Alg = "PS256"
	for name, tc := range map[string]struct {
		raw, alg string
		key      jose.Key
		ok       bool
	}{
		"HS256 by a secret":         {byPublic, "HS256", secret, true},
		"HS256 by an empty secret":  {josetest.HS256(t, nil, h, `{}`), "HS256", jose.Secret(nil), false},
		"HS256 by a public key":     {byPublic, "HS256", key, false},
		"RS256 by a secret":         {byPublic, "RS256", secret, false},
		"PS256 by a key for RS256":  {ps.Sign(t, `{"alg":"PS256"}`, `{}`), "PS256", key, false},
		"none by a key":             {"e30.e30.", "none", key, false},
		"none by a secret":          {"e30.e30.", "none", secret, false},
		"none by the zero of a key": {"e30.e30.", "none", jose.Key{}, false},
		"RS512":                     {rs.Sign(t, `{"alg":"RS512"}`, `{}`), "RS512", key, false},
	} {
		if _, err := jose.Verify(tc.raw, jose.Header{Alg: tc.alg}, tc.key); (err == nil) != tc.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}
