package conformance

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"testing"

	"github.com/golang-jwt/jwt/v5"
)

// jwks are the provider's public keys by kid, as a relying party reads them.
type jwks map[string]jwk

type jwk struct {
	KTY, KID, Alg, Use, N, E, CRV, X, Y string
	D, P, Q                             string // private: must not be there
	key                                 crypto.PublicKey
}

func readKeys(t *testing.T, text string) jwks {
	t.Helper()
	var set struct{ Keys []jwk }
	if err := json.Unmarshal([]byte(text), &set); err != nil {
		t.Fatal(err)
	}
	out := jwks{}
	for _, k := range set.Keys {
		number := func(text string) *big.Int {
			b, err := base64.RawURLEncoding.DecodeString(text)
			if err != nil {
				t.Errorf("key %s: %v", k.KID, err)
			}
			return new(big.Int).SetBytes(b)
		}
		switch k.KTY {
		case "RSA":
			k.key = &rsa.PublicKey{N: number(k.N), E: int(number(k.E).Int64())}
		case "EC":
			point := append([]byte{4}, number(k.X).FillBytes(make([]byte, 32))...)
			key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append(point, number(k.Y).FillBytes(make([]byte, 32))...))
			if err != nil {
				t.Errorf("key %s: %v", k.KID, err)
			}
			k.key = key
		case "OKP":
			k.key = ed25519.PublicKey(number(k.X).FillBytes(make([]byte, ed25519.PublicKeySize)))
		}
		if _, twice := out[k.KID]; twice || k.KID == "" {
			t.Errorf("kid %q is not unique", k.KID)
		}
		out[k.KID] = k
	}
	return out
}

// find is the key that a header names.
func (set jwks) find(token *jwt.Token) (any, error) {
	k, known := set[token.Header["kid"].(string)]
	if !known || k.Alg != token.Method.Alg() {
		return nil, jwt.ErrTokenUnverifiable
	}
	return k.key, nil
}

// idToken does what OpenID Connect Core 1.0 sections 3.1.3.7, 3.2.2.11 and
// 3.3.2.12 ask of a client, and returns the claims.
func (f *op) idToken(raw, access, code string) map[string]any {
	f.t.Helper()
	claims := jwt.MapClaims{}
	_, err := jwt.ParseWithClaims(raw, claims, f.keys.find, jwt.WithIssuer(issuer), jwt.WithExpirationRequired(),
		jwt.WithIssuedAt(), jwt.WithValidMethods([]string{"RS256"}))
	if err != nil {
		f.t.Fatalf("ID token: %v", err)
	}
	if claims["azp"] != nil && claims["azp"] != claims["aud"] {
		f.t.Errorf("azp is %v", claims["azp"])
	}
	for name, of := range map[string]string{"at_hash": access, "c_hash": code} {
		if got, _ := claims[name].(string); of != "" && got != half(of) {
			f.t.Errorf("%s is %q, want %q", name, got, half(of))
		}
	}
	if sub, _ := claims["sub"].(string); sub == "" || len(sub) > 255 {
		f.t.Errorf("sub is %q", sub)
	}
	return claims
}

func half(of string) string {
	sum := sha256.Sum256([]byte(of))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}
