package jose

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// MaxToken bounds the work on a stranger's token, in bytes; ours have about
// 1 KB, a request object with claims a few.
const MaxToken = 16 << 10

// Want says what a JWT must look like to be read. All of it is required.
type Want struct {
	// Algs may stand in alg, "none" too if it is listed.
	Algs []string
	// Types may stand in typ; "" among them: it may be absent. They compare as
	// media types do: in any case, with or without "application/" (RFC 7515
	// section 4.1.9).
	Types []string
	// Extra are header members that may stand beside alg, kid and typ.
	Extra []string
}

// Header is the protected header of a JWT.
type Header struct {
	Alg, KID, Typ string
	JWK           json.RawMessage // as it stands there; nil unless Want.Extra lists jwk
}

// Read returns header and claims of a compact JWS whose signature nobody has
// looked at. It makes the checks that golang-jwt leaves out: one spelling of its
// base64url, an algorithm and a typ that were asked for, no crit (RFC 7515
// section 4.1.11), no other header, no member twice.
func Read(raw string, want Want) (Header, []byte, error) {
	if len(raw) > MaxToken {
		return Header{}, nil, errors.New("too long")
	}
	header, rest, _ := strings.Cut(raw, ".")
	claims, signature, ok := strings.Cut(rest, ".")
	if !ok || strings.ContainsAny(raw, "\r\n") { // which the decoder would skip
		return Header{}, nil, errors.New("not a compact JWS")
	}
	var parts [3][]byte
	for i, text := range []string{header, claims, signature} {
		var err error
		if parts[i], err = base64.RawURLEncoding.Strict().DecodeString(text); err != nil {
			return Header{}, nil, errors.New("not base64url")
		}
	}
	h, err := readHeader(parts[0], want)
	if err != nil {
		return Header{}, nil, fmt.Errorf("header: %w", err)
	}
	if err := CheckObject(parts[1]); err != nil {
		return Header{}, nil, fmt.Errorf("claims: %w", err)
	}
	return h, parts[1], nil
}

// readHeader allows three members and those that the caller names: a header that
// brings a key along, or says how to read the rest, is not passed over.
func readHeader(raw []byte, want Want) (Header, error) {
	if err := CheckObject(raw); err != nil {
		return Header{}, err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return Header{}, err
	}
	var h Header
	for name, value := range members {
		var err error
		switch {
		case name == "alg":
			err = json.Unmarshal(value, &h.Alg)
		case name == "kid":
			err = json.Unmarshal(value, &h.KID)
		case name == "typ":
			err = json.Unmarshal(value, &h.Typ)
		case !slices.Contains(want.Extra, name):
			err = errors.New("must not be there")
		case name == "jwk":
			h.JWK = value
		}
		if err != nil {
			return Header{}, fmt.Errorf("%q: %w", name, err)
		}
	}
	if !slices.Contains(want.Algs, h.Alg) {
		return Header{}, fmt.Errorf("alg %q is not among %s", h.Alg, strings.Join(want.Algs, ", "))
	}
	if !slices.ContainsFunc(want.Types, func(t string) bool { return sameType(t, h.Typ) }) {
		return Header{}, fmt.Errorf("typ is not %s", strings.Join(want.Types, " or "))
	}
	return h, nil
}

// sameType compares two values of typ as RFC 7515 section 4.1.9 says: a value
// without a slash stands for "application/" and it.
func sameType(a, b string) bool {
	full := func(t string) string {
		if t == "" || strings.Contains(t, "/") {
			return t
		}
		return "application/" + t
	}
	return strings.EqualFold(full(a), full(b))
}
