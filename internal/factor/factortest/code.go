// Package factortest is an authenticator app for tests.
package factortest

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // RFC 6238
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"time"
)

// Code is what an app shows at a time (RFC 6238). It is written apart from
// internal/factor, so that both would have to be wrong.
func Code(secret []byte, at time.Time) string {
	mac := hmac.New(sha1.New, secret)
	_ = binary.Write(mac, binary.BigEndian, uint64(at.Unix()/30))
	sum := mac.Sum(nil)
	offset := sum[19] % 16
	number := (int(sum[offset])%128)<<24 | int(sum[offset+1])<<16 | int(sum[offset+2])<<8 | int(sum[offset+3])
	return fmt.Sprintf("%06d", number%1000000)
}

// CodeOf is Code for a secret as pages show it.
func CodeOf(text string, at time.Time) string {
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(text)
	if err != nil {
		panic(err)
	}
	return Code(secret, at)
}
