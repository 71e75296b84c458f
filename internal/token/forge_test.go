package token

import (
	"crypto"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
)

// forge signs any header and claims text with any key.
func forge(t *testing.T, method jwt.SigningMethod, key any, header, claims string) string {
	t.Helper()
	text := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(claims))
	sig, err := method.Sign(text, key)
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(sig)
}

// parts returns header and claims text of a token.
func parts(t *testing.T, raw string) (header, claims string) {
	t.Helper()
	texts := strings.Split(raw, ".")
	for i, p := range []*string{&header, &claims} {
		b, err := base64.RawURLEncoding.DecodeString(texts[i])
		if err != nil {
			t.Fatal(err)
		}
		*p = string(b)
	}
	return header, claims
}

func activeKey(t *testing.T, i *Issuer, alg string) (jwt.SigningMethod, crypto.Signer) {
	t.Helper()
	s, err := i.keys.signer(alg)
	if err != nil {
		t.Fatal(err)
	}
	return s.method, s.key
}

// with replaces old, which must be there, in text.
func with(t *testing.T, text, old, new string) string {
	t.Helper()
	if !strings.Contains(text, old) {
		t.Fatalf("%q is not in %s", old, text)
	}
	return strings.Replace(text, old, new, 1)
}

func rsKID(t *testing.T, i *Issuer) string {
	t.Helper()
	s, err := i.keys.signer("RS256")
	if err != nil {
		t.Fatal(err)
	}
	return s.kid
}

// sibling is the next character of base64url: where a text ends in unused
// bits, it decodes to the same bytes unless the decoder is strict.
func sibling(c byte) byte {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return alphabet[strings.IndexByte(alphabet, c)+1]
}

func swapClaims(raw, claims string) string {
	texts := strings.Split(raw, ".")
	texts[1] = base64.RawURLEncoding.EncodeToString([]byte(claims))
	return strings.Join(texts, ".")
}
