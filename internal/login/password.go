package login

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"

	"github.com/hush-sso/hush/internal/login/hashing"
)

// MaxPassword is the most bytes that a password may have. A longer one can be
// hashed but not used to sign in.
const MaxPassword = 1024

// Parameters of new hashes: the OWASP choice with the least memory, about 17 ms.
const (
	defaultMemory = 19456 // KiB
	defaultTime   = 2
	defaultLanes  = 1
	saltSize      = 16
	hashSize      = 32
)

// Bounds on the parameters of a stored hash, so that none can stall the
// server: maxWork allows about half a second.
const (
	maxMemory = 256 << 10 // KiB
	maxTime   = 16
	maxLanes  = 16
	maxWork   = 1 << 20 // memory in KiB times passes
)

// passwordHash is a parsed argon2id hash (RFC 9106).
type passwordHash struct {
	memory, time uint32
	lanes        uint8
	salt, sum    []byte
}

// HashPassword returns a new argon2id hash of the password as a PHC string,
// $argon2id$v=19$m=19456,t=2,p=1$salt$hash.
func HashPassword(password string) string {
	h := newHash()
	work := h.work(password)
	h.sum = work.Compute()
	return h.String()
}

// noSalt and noSum are of hashes that nobody has a password for.
var noSalt, noSum = make([]byte, saltSize), make([]byte, hashSize)

// dummy returns a hash as dear as this one that nobody has a password for.
func (h passwordHash) dummy() passwordHash {
	h.salt, h.sum = noSalt, noSum
	return h
}

// newHash has default parameters, a random salt and a sum of zeros, which no
// password can be found for.
func newHash() passwordHash {
	h := passwordHash{
		memory: defaultMemory, time: defaultTime, lanes: defaultLanes,
		salt: make([]byte, saltSize), sum: make([]byte, hashSize),
	}
	rand.Read(h.salt)
	return h
}

// work is what tells whether a password is the one.
func (h passwordHash) work(password string) hashing.Work {
	return hashing.Work{
		Password: []byte(password), Salt: h.salt, Time: h.time, Memory: h.memory, Lanes: h.lanes, Length: uint32(len(h.sum)),
	}
}

// is reports whether that came out.
func (h passwordHash) is(sum []byte) bool { return subtle.ConstantTimeCompare(sum, h.sum) == 1 }

// String returns the PHC string.
func (h passwordHash) String() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.memory, h.time, h.lanes,
		base64.RawStdEncoding.EncodeToString(h.salt), base64.RawStdEncoding.EncodeToString(h.sum))
}

var errHashFormat = errors.New("must look like $argon2id$v=19$m=19456,t=2,p=1$salt$hash; make one with: hush hash-password")

// parseHash accepts a PHC string in the one spelling that String writes.
func parseHash(phc string) (passwordHash, error) {
	var h passwordHash
	parts := strings.Split(phc, "$")
	if len(parts) != 6 {
		return h, errHashFormat
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &h.memory, &h.time, &h.lanes); err != nil {
		return h, errHashFormat
	}
	var errSalt, errSum error
	h.salt, errSalt = base64.RawStdEncoding.Strict().DecodeString(parts[4])
	h.sum, errSum = base64.RawStdEncoding.Strict().DecodeString(parts[5])
	if errSalt != nil || errSum != nil || h.String() != phc {
		return h, errHashFormat
	}
	return h, h.check()
}

func (h passwordHash) check() error {
	switch {
	case h.time < 1 || h.time > maxTime:
		return fmt.Errorf("t must be 1 to %d", maxTime)
	case h.lanes < 1 || h.lanes > maxLanes:
		return fmt.Errorf("p must be 1 to %d", maxLanes)
	case h.memory < 8*uint32(h.lanes) || h.memory > maxMemory: // RFC 9106 section 3.1
		return fmt.Errorf("m must be 8 times p to %d", maxMemory)
	case h.memory*h.time > maxWork:
		return fmt.Errorf("m times t must be at most %d", maxWork)
	case len(h.salt) < 8 || len(h.salt) > 64:
		return errors.New("salt must be 8 to 64 bytes")
	case len(h.sum) < 16 || len(h.sum) > 64:
		return errors.New("hash must be 16 to 64 bytes")
	}
	return nil
}
