package login

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
)

// keyed hides what was typed, which may be a password in the wrong field, and
// addresses, of which there are few enough to try them all.
type keyed []byte

func (k keyed) sum(kind, value string) []byte {
	mac := hmac.New(sha256.New, k)
	mac.Write([]byte(kind + "\x00" + value))
	return mac.Sum(nil)
}

// text returns 128 bits in base64url.
func (k keyed) text(kind, value string) string {
	return base64.RawURLEncoding.EncodeToString(k.sum(kind, value)[:16])
}

// number returns a number below n.
func (k keyed) number(kind, value string, n int) int {
	return int(binary.BigEndian.Uint64(k.sum(kind, value)) % uint64(n))
}
