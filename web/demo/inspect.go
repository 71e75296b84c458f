package demo

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// maxToken bounds what is decoded before the signature is known; the provider's
// tokens are around 1 KB.
const maxToken = 16 << 10

// inspect checks the token's form before its signature: golang-jwt ignores typ
// and crit and takes the last of duplicate members, so that two readers of one
// token could see different claims.
func (v *verifier) inspect(raw string) *refusal {
	parts := strings.Split(raw, ".")
	if len(raw) > maxToken || len(parts) != 3 {
		return invalid("jwt", "The token is not a JWT: it does not have three parts.")
	}
	header, err := decodePart(parts[0])
	if err != nil {
		return invalid("jwt", "The token is not a JWT: its header is not a JSON object with unique names.")
	}
	claims, err := decodePart(parts[1])
	if err != nil {
		return invalid("jwt", "The token is not a JWT: its claims are not a JSON object with unique names.")
	}
	if !isAccessToken(header["typ"]) {
		return v.wrongType(claims)
	}
	if alg, _ := header["alg"].(string); !slices.Contains(algorithms, alg) {
		return invalid("alg", "The token must be signed with one of %s.", strings.Join(algorithms, ", "))
	}
	if _, ok := header["crit"]; ok {
		// RFC 7515 section 4.1.11: what is critical and not understood refuses.
		return invalid("crit", "The token has critical header parameters that this API does not know.")
	}
	return nil
}

// isAccessToken says whether typ is that of RFC 9068 section 2.1.
func isAccessToken(typ any) bool {
	s, _ := typ.(string)
	return strings.EqualFold(s, "at+jwt") || strings.EqualFold(s, "application/at+jwt")
}

// wrongType explains what came instead of an access token. The token is not
// verified, so of its content only one of our own client ids is repeated.
func (v *verifier) wrongType(claims map[string]any) *refusal {
	for _, id := range []string{OrdersClientID, ReportsClientID, ClassicClientID} {
		if hasAudience(claims["aud"], id) {
			return invalid("typ", "This is an ID token: it tells the app %s who signed in, and that app is its audience. "+
				"APIs take access tokens (typ at+jwt) whose audience is %s.", id, v.audience)
		}
	}
	return invalid("typ", "This is not an access token: its typ is not at+jwt. APIs do not take ID tokens or other JWTs.")
}

func hasAudience(aud any, id string) bool {
	switch a := aud.(type) {
	case string:
		return a == id
	case []any:
		return slices.Contains(a, any(id))
	}
	return false
}

var errDuplicate = errors.New("duplicate member")

// decodePart decodes one part of a JWT strictly: canonical base64url, one JSON
// object, no member twice at any depth.
func decodePart(part string) (map[string]any, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(part)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	if err := uniqueNames(d, 0); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("data after the object")
	}
	var m map[string]any
	if err := json.Unmarshal(b, &m); err != nil || m == nil {
		return nil, fmt.Errorf("not an object: %w", err)
	}
	return m, nil
}

// uniqueNames reads one JSON value. The depth bound keeps the recursion small.
func uniqueNames(d *json.Decoder, depth int) error {
	t, err := d.Token()
	if err != nil {
		return err
	}
	delim, ok := t.(json.Delim)
	if !ok {
		return nil
	}
	if depth > 16 {
		return errors.New("nested too deeply")
	}
	seen := map[string]bool{}
	for d.More() {
		if delim == '{' {
			name, err := d.Token()
			if err != nil {
				return err
			}
			s, _ := name.(string)
			if seen[s] {
				return errDuplicate
			}
			seen[s] = true
		}
		if err := uniqueNames(d, depth+1); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}
