package session

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
)

// Key names a session for its whole life: 128 random bits that never change
// and never change their user. It opens nothing by itself, so codes and tokens
// may carry it where only this server can read it.
type Key [16]byte

// String returns the key in base64url, 22 characters.
func (k Key) String() string {
	var text [22]byte
	base64.RawURLEncoding.Encode(text[:], k[:])
	return string(text[:])
}

// ParseKey reads a key as String writes it.
func ParseKey(s string) (Key, error) {
	var k Key
	// The decoder skips line ends, and one key must have one text.
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(b) != len(k) || strings.ContainsAny(s, "\r\n") {
		return k, errors.New("session: not a key")
	}
	copy(k[:], b)
	return k, nil
}

// Secret is what a browser must present beside the key: 256 random bits. Only
// its hash is stored, and every sign-in replaces it.
type Secret [32]byte

// Hash returns the base64url SHA-256 of the secret, 43 characters. A fast hash
// is enough: nobody guesses 256 random bits.
func (s Secret) Hash() string {
	sum := sha256.Sum256(s[:])
	var text [43]byte
	base64.RawURLEncoding.Encode(text[:], sum[:])
	return string(text[:])
}

// Handle is a browser's claim to a session.
type Handle struct {
	Key    Key
	Secret Secret
}

// handleSize is the length of a handle's text form: 48 bytes in base64url.
const handleSize = 64

// String returns the handle's text form. It is a credential: seal it, never
// log it.
func (h Handle) String() string {
	var b [len(h.Key) + len(h.Secret)]byte
	copy(b[:], h.Key[:])
	copy(b[len(h.Key):], h.Secret[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// ParseHandle reads the text form.
func ParseHandle(s string) (Handle, error) {
	var h Handle
	// The decoder skips line ends: fewer bytes would come out.
	if len(s) != handleSize || strings.ContainsAny(s, "\r\n") {
		return h, errors.New("session: handle has the wrong length")
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil {
		return h, errors.New("session: handle is not base64url")
	}
	copy(h.Key[:], b)
	copy(h.Secret[:], b[len(h.Key):])
	return h, nil
}

// IsZero tells whether the handle claims nothing.
func (h Handle) IsZero() bool { return h == Handle{} }

func newHandle() Handle {
	var h Handle
	rand.Read(h.Key[:])
	h.Secret = newSecret()
	return h
}

func newSecret() Secret {
	var s Secret
	rand.Read(s[:])
	return s
}

// NewSID returns a public session id (the sid claim): unrelated to key and
// secret, so that showing it gives nothing away.
func NewSID() string {
	var b [16]byte
	rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}
