package token

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxToken bounds the work on a stranger's token; ours have about 1 KB.
const maxToken = 16 << 10

// readStrict returns the claims of a compact JWS after the checks that
// golang-jwt leaves out: one spelling of its base64url, a typ, no crit, no
// member twice, no other header than ours.
func readStrict(raw, typ string) ([]byte, error) {
	if len(raw) > maxToken {
		return nil, errors.New("too long")
	}
	header, rest, _ := strings.Cut(raw, ".")
	claims, signature, ok := strings.Cut(rest, ".")
	if !ok || strings.ContainsAny(raw, "\r\n") { // which the decoder would skip
		return nil, errors.New("not a compact JWS")
	}
	var parts [3][]byte
	for i, text := range []string{header, claims, signature} {
		var err error
		if parts[i], err = base64.RawURLEncoding.Strict().DecodeString(text); err != nil {
			return nil, errors.New("not base64url")
		}
	}
	if err := checkHeader(parts[0], typ); err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	if err := checkObject(parts[1]); err != nil {
		return nil, fmt.Errorf("claims: %w", err)
	}
	return parts[1], nil
}

// checkHeader allows the three members that we write: crit (RFC 7515 section
// 4.1.11) and headers that bring a key along are not among them.
func checkHeader(raw []byte, typ string) error {
	if err := checkObject(raw); err != nil {
		return err
	}
	var h struct{ Alg, KID, Typ string }
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&h); err != nil {
		return err
	}
	if h.Typ != typ {
		return fmt.Errorf("typ is not %s", typ)
	}
	return nil
}

// checkObject requires one JSON object in which no member stands twice (RFC
// 8725 section 3.1 and RFC 7519 section 4), at any depth.
func checkObject(raw []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	if first, err := decoder.Token(); err != nil || first != json.Delim('{') {
		return errors.New("not a JSON object")
	}
	if err := checkMembers(decoder, 1); err != nil {
		return err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return errors.New("something follows the object")
	}
	return nil
}

const maxDepth = 16

// checkMembers reads to the end of an object.
func checkMembers(decoder *json.Decoder, depth int) error {
	seen := make(map[string]bool)
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return err
		}
		key := name.(string)
		if depth == 1 {
			// encoding/json also takes a member for a field when only the
			// case of its name differs, so those count as the same.
			key = strings.ToLower(strings.ToUpper(key))
		}
		if seen[key] {
			return fmt.Errorf("%q is there twice", key)
		}
		seen[key] = true
		if err := checkValue(decoder, depth); err != nil {
			return err
		}
	}
	_, err := decoder.Token()
	return err
}

func checkValue(decoder *json.Decoder, depth int) error {
	first, err := decoder.Token()
	if err != nil {
		return err
	}
	open, _ := first.(json.Delim)
	if open != 0 && depth == maxDepth {
		return errors.New("nested too deep")
	}
	switch open {
	case '{':
		return checkMembers(decoder, depth+1)
	case '[':
		for decoder.More() {
			if err := checkValue(decoder, depth+1); err != nil {
				return err
			}
		}
		_, err = decoder.Token()
	}
	return err
}
