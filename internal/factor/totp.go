package factor

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // RFC 6238 with SHA-1 is what every app knows
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// Codes of apps (RFC 6238): six digits, every 30 s another. One step before and one
// after count too, for clocks that differ and people who type slowly (section 5.2).
const (
	period     = 30 // seconds
	digits     = 6
	window     = 1
	secretSize = 20 // bytes, the size of SHA-1 (RFC 4226 section 4, R6)
)

// NewSecret returns the secret of an app that is to be added.
func NewSecret() []byte {
	secret := make([]byte, secretSize)
	rand.Read(secret)
	return secret
}

var secretText = base32.StdEncoding.WithPadding(base32.NoPadding)

// SecretText is a secret as people type it.
func SecretText(secret []byte) string { return secretText.EncodeToString(secret) }

// SecretURL is a secret as apps read it from a picture
// (https://github.com/google/google-authenticator/wiki/Key-Uri-Format).
func SecretURL(secret []byte, issuer, account string) string {
	issuer = strings.ReplaceAll(issuer, ":", " ")
	values := url.Values{"secret": {SecretText(secret)}, "issuer": {issuer}}
	return "otpauth://totp/" + url.PathEscape(issuer+":"+account) + "?" + strings.ReplaceAll(values.Encode(), "+", "%20")
}

// hotp is the code of a counter (RFC 4226 section 5.3).
func hotp(secret []byte, counter int64) string {
	mac := hmac.New(sha1.New, secret)
	var text [8]byte
	binary.BigEndian.PutUint64(text[:], uint64(counter))
	mac.Write(text[:])
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%0*d", digits, binary.BigEndian.Uint32(sum[at:])&0x7fffffff%1_000_000)
}

func stepOf(now time.Time) int64 { return now.Unix() / period }

// step finds the step that a code is of, within the window; 0 for none.
func step(secret []byte, code string, now time.Time) (found int64) {
	for at := stepOf(now) - window; at <= stepOf(now)+window; at++ {
		if subtle.ConstantTimeCompare([]byte(hotp(secret, at)), []byte(code)) == 1 {
			found = at
		}
	}
	return found
}

// typed is a code without what people put between its characters.
func typed(code string) string {
	return strings.NewReplacer(" ", "", "-", "", " ", "", "\t", "").Replace(strings.TrimSpace(code))
}

// useCode uses a code of an app up. ErrUsed: it is right, but it or a later one
// counted before.
func (s *Set) useCode(code string, now time.Time) error {
	err := ErrWrong
	for i := range s.Apps {
		a := &s.Apps[i]
		switch at := step(a.Secret, code, now); {
		case at == 0:
		case at <= a.Step:
			err = ErrUsed
		default:
			a.Step, a.Used = at, now
			return nil
		}
	}
	return err
}

// addApp adds an app, as a code of it proves that it has the secret. The code counts
// for nothing else.
func (s *Set) addApp(secret []byte, code string, now time.Time) error {
	at := step(secret, typed(code), now)
	if at == 0 {
		return ErrWrong
	}
	for i := range s.Apps {
		if subtle.ConstantTimeCompare(s.Apps[i].Secret, secret) == 1 {
			return ErrUsed // the form was sent twice
		}
	}
	if len(s.Apps) >= maxApps {
		return ErrTooMany
	}
	s.Apps = append(s.Apps, App{ID: newID(), Secret: secret, Step: at, Made: now, Used: now})
	return nil
}

func newID() string { return rand.Text()[:16] }
