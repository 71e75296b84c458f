package token

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"
)

// storedSet opens the shared set, to be changed and read again.
func storedSet(t *testing.T) storedKeys {
	t.Helper()
	raw, err := testKeyring(t, testIssuer).Box("keys").Open(sharedKeys().sealed)
	if err != nil {
		t.Fatal(err)
	}
	var set storedKeys
	if err := json.Unmarshal(raw, &set); err != nil {
		t.Fatal(err)
	}
	return set
}

func readSet(t *testing.T, set storedKeys) (*keySet, error) {
	t.Helper()
	raw, err := json.Marshal(set)
	if err != nil {
		t.Fatal(err)
	}
	return parseKeySet(raw)
}

func TestParseKeySet(t *testing.T) {
	fresh, err := generateKeySet(testTime, Policy{})
	if err != nil {
		t.Fatal(err)
	}
	extra := fresh.Keys[1]
	for name, tc := range map[string]struct {
		change func(*storedKeys)
		want   string
	}{
		"as it is":      {func(*storedKeys) {}, ""},
		"next":          {func(s *storedKeys) { extra.State = "next"; s.Keys = append(s.Keys, extra) }, ""},
		"retired":       {func(s *storedKeys) { extra.State = "retired"; s.Keys = append(s.Keys, extra) }, ""},
		"two active":    {func(s *storedKeys) { extra.State = "active"; s.Keys = append(s.Keys, extra) }, "two active keys for ES256"},
		"none active":   {func(s *storedKeys) { s.Keys[1].State = "retired" }, "no active key for ES256"},
		"missing":       {func(s *storedKeys) { s.Keys = slices.Delete(s.Keys, 2, 3) }, "no active key for EdDSA"},
		"twice":         {func(s *storedKeys) { s.Keys = append(s.Keys, s.Keys[0]) }, "twice"},
		"unknown state": {func(s *storedKeys) { s.Keys[0].State = "" }, "unknown state"},
		"wrong alg":     {func(s *storedKeys) { s.Keys[0].Alg = "ES256" }, "key for"},
		"other alg":     {func(s *storedKeys) { s.Keys[0].Alg = "HS256" }, "key for"},
		"no key":        {func(s *storedKeys) { s.Keys[0].PKCS8 = nil }, "key for RS256"},
		"a public key":  {func(s *storedKeys) { s.Keys[1] = s.Keys[1].retired(testTime, Policy{}); s.Keys[1].State = "active" }, "key for ES256"},
		"nor next": {func(s *storedKeys) {
			k := extra.retired(testTime, Policy{})
			k.State = "next"
			s.Keys = append(s.Keys, k)
		}, "has no private key"},
		"other public": {func(s *storedKeys) {
			k := extra.retired(testTime, Policy{})
			k.Alg = "RS256"
			s.Keys = append(s.Keys, k)
		}, `public key for "RS256"`},
	} {
		t.Run(name, func(t *testing.T) {
			stored := storedSet(t)
			tc.change(&stored)
			set, err := readSet(t, stored)
			if tc.want != "" {
				if err == nil || !strings.Contains(err.Error(), tc.want) {
					t.Errorf("got %v, want %q", err, tc.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var public struct{ Keys []map[string]string }
			if err := json.Unmarshal(set.jwks, &public); err != nil || len(public.Keys) != len(stored.Keys) {
				t.Errorf("JWKS has %d of %d keys, %v", len(public.Keys), len(stored.Keys), err)
			}
		})
	}
}

// The key set document holds public members only, all that verifiers need.
func TestJWKS(t *testing.T) {
	var got []string
	for _, k := range published(t, testKeys(t)) {
		var names []string
		for name := range k {
			names = append(names, name)
		}
		slices.Sort(names)
		got = append(got, fmt.Sprint(k["kty"], k["alg"], k["use"], k["crv"], names))
	}
	want := []string{
		"RSARS256sig[alg e kid kty n use]",
		"ECES256sigP-256[alg crv kid kty use x y]",
		"OKPEdDSAsigEd25519[alg crv kid kty use x]",
	}
	if !slices.Equal(got, want) {
		t.Errorf("JWKS is %q, want %q", got, want)
	}
}

// published returns the members of each key in the key set document.
func published(t *testing.T, k *Keys) []map[string]string {
	t.Helper()
	var set struct{ Keys []map[string]string }
	if err := json.Unmarshal(k.JWKS(), &set); err != nil {
		t.Fatal(err)
	}
	return set.Keys
}

// publicKey makes of a published key what a resource server would.
func publicKey(t *testing.T, k map[string]string) any {
	t.Helper()
	bytes := func(name string) []byte {
		b, err := base64.RawURLEncoding.DecodeString(k[name])
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	switch k["kty"] {
	case "RSA":
		e := new(big.Int).SetBytes(bytes("e"))
		return &rsa.PublicKey{N: new(big.Int).SetBytes(bytes("n")), E: int(e.Int64())}
	case "EC":
		point := append([]byte{4}, append(bytes("x"), bytes("y")...)...)
		key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	return ed25519.PublicKey(bytes("x"))
}
