// Package josetest signs JWTs as apps do, for tests.
package josetest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"maps"
	"sync"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"github.com/hush-sso/hush/internal/jose"
)

// Signer is a key of an app.
type Signer struct {
	Alg    string
	Public jose.JWK // what the app publishes; its kid is its thumbprint
	key    crypto.Signer
}

// New makes a key for RS256, PS256, ES256 or EdDSA. RSA keys take their time, so
// there is one for all tests of a program.
func New(t testing.TB, alg string) *Signer {
	t.Helper()
	key, err := generate(alg)
	if err != nil {
		t.Fatal(err)
	}
	public, err := jose.NewJWK(alg, key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return &Signer{Alg: alg, Public: public, key: key}
}

var sharedRSA = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func generate(alg string) (crypto.Signer, error) {
	switch alg {
	case "ES256":
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "EdDSA":
		_, key, err := ed25519.GenerateKey(rand.Reader)
		return key, err
	}
	return sharedRSA()
}

// JWK is the public key as JSON.
func (s *Signer) JWK() string {
	raw, err := json.Marshal(s.Public)
	if err != nil {
		panic(err) // strings always encode
	}
	return string(raw)
}

// KeySet is a JSON Web Key Set of these keys.
func KeySet(signers ...*Signer) string {
	keys := make([]jose.JWK, 0, len(signers))
	for _, s := range signers {
		keys = append(keys, s.Public)
	}
	raw, err := json.Marshal(map[string]any{"keys": keys})
	if err != nil {
		panic(err) // strings always encode
	}
	return string(raw)
}

// JWT signs claims. Its header has alg and kid, and what header says instead or
// besides; nil there takes a member out.
func (s *Signer) JWT(t testing.TB, header, claims map[string]any) string {
	t.Helper()
	h := map[string]any{"alg": s.Alg, "kid": s.Public.KID}
	maps.Copy(h, header)
	maps.DeleteFunc(h, func(_ string, v any) bool { return v == nil })
	texts := make([]string, 2)
	for i, members := range []map[string]any{h, claims} {
		raw, err := json.Marshal(members)
		if err != nil {
			t.Fatal(err)
		}
		texts[i] = string(raw)
	}
	return s.Sign(t, texts[0], texts[1])
}

// Sign signs any two texts with the key and its algorithm.
func (s *Signer) Sign(t testing.TB, header, claims string) string {
	t.Helper()
	return sign(t, s.Alg, s.key, header, claims)
}

// HS256 signs any two texts with a secret.
func HS256(t testing.TB, secret []byte, header, claims string) string {
	t.Helper()
	return sign(t, "HS256", secret, header, claims)
}

func sign(t testing.TB, alg string, key any, header, claims string) string {
	t.Helper()
	b64 := base64.RawURLEncoding.EncodeToString
	text := b64([]byte(header)) + "." + b64([]byte(claims))
	signature, err := jwt.GetSigningMethod(alg).Sign(text, key)
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + b64(signature)
}
