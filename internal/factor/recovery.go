package factor

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"slices"
	"strings"
)

// Recovery codes: so many, of 80 random bits each, which nobody finds by trying, so
// that a plain hash is enough.
const (
	recoveryCodes = 10
	recoverySize  = 16 // characters of base32
)

// renewRecovery makes new recovery codes in place of those that were, and returns
// them: what is kept are hashes.
func (s *Set) renewRecovery() []string {
	codes := make([]string, recoveryCodes)
	s.Recovery = make([][]byte, recoveryCodes)
	for i := range codes {
		plain := rand.Text()[:recoverySize]
		s.Recovery[i] = recoveryHash(plain)
		codes[i] = strings.ToLower(plain[:4] + "-" + plain[4:8] + "-" + plain[8:12] + "-" + plain[12:])
	}
	return codes
}

func recoveryHash(plain string) []byte {
	sum := sha256.Sum256([]byte("recovery code\x00" + plain))
	return sum[:]
}

// useRecovery uses a recovery code up.
func (s *Set) useRecovery(code string) error {
	code = strings.ToUpper(code)
	if len(code) != recoverySize {
		return ErrWrong
	}
	hash, left := recoveryHash(code), len(s.Recovery)
	s.Recovery = slices.DeleteFunc(s.Recovery, func(h []byte) bool { return subtle.ConstantTimeCompare(h, hash) == 1 })
	if len(s.Recovery) == left {
		return ErrWrong
	}
	return nil
}
