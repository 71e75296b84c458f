package josetest

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// Proof is a DPoP proof of now for a request (RFC 9449 section 4.2), changed by
// pairs: what a claim or, as "header.name", a header is to be instead; nil takes
// it out.
func (s *Signer) Proof(t testing.TB, method, url string, pairs ...any) string {
	t.Helper()
	header := map[string]any{"typ": "dpop+jwt", "jwk": json.RawMessage(s.JWK()), "kid": nil}
	claims := map[string]any{"jti": rand.Text(), "htm": method, "htu": url, "iat": time.Now().Unix()}
	for i := 0; i < len(pairs); i += 2 {
		name, isHeader := strings.CutPrefix(pairs[i].(string), "header.")
		if isHeader {
			header[name] = pairs[i+1]
		} else if claims[name] = pairs[i+1]; claims[name] == nil {
			delete(claims, name)
		}
	}
	return s.JWT(t, header, claims)
}

// ATH is the ath claim for an access token.
func ATH(accessToken string) string {
	sum := sha256.Sum256([]byte(accessToken))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
