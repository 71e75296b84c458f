package token

import (
	"crypto"
	"crypto/sha256"
	"errors"
	"log/slog"
	"sync"

	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// A Library signs with keys quicker than Go does.
type Library interface {
	// Signer returns what signs hashes of SHA-256 with the key, as its own Sign does
	// where opts is crypto.SHA256. After an error the key itself signs.
	Signer(crypto.Signer) (crypto.Signer, error)
}

// SignBy has a library make the RS256 and ES256 signatures of the keys that are loaded
// from now on. What it fails at is told to log, and Go does it.
func (k *Keys) SignBy(library Library, log *slog.Logger) { k.library, k.log = library, log }

// quicken hands the keys that sign to the library, if there is one.
func (k *Keys) quicken(set *keySet) {
	if k.library == nil {
		return
	}
	for alg, shape := range map[string]func([]byte) ([]byte, error){"RS256": nil, "ES256": concatenated} {
		s := set.active[alg]
		if s == nil {
			continue
		}
		log := k.log.With("alg", alg, "kid", s.kid)
		quick, err := k.library.Signer(s.key)
		if err != nil {
			log.Warn("Go's own cryptography signs: the library cannot use this key", "cause", err)
			continue
		}
		s.method = &byLibrary{SigningMethod: s.method, quick: quick, shape: shape, log: log}
	}
}

// byLibrary is a signing method with a key that a library holds.
type byLibrary struct {
	jwt.SigningMethod
	quick crypto.Signer
	shape func([]byte) ([]byte, error) // from that of crypto.Signer to that of a JWS; nil: the same
	log   *slog.Logger
	said  sync.Once
}

// Sign signs with the library's key; key is the same one, for Go.
func (m *byLibrary) Sign(text string, key any) ([]byte, error) {
	sum := sha256.Sum256([]byte(text))
	sig, err := m.quick.Sign(nil, sum[:], crypto.SHA256)
	if err == nil && m.shape != nil {
		sig, err = m.shape(sig)
	}
	if err == nil {
		return sig, nil
	}
	m.said.Do(func() { m.log.Warn("Go's own cryptography signs what the library fails at", "cause", err) })
	return m.SigningMethod.Sign(text, key)
}

// concatenated turns an ECDSA-Sig-Value (RFC 3279 section 2.2.3) into the two numbers of
// 32 octets that ES256 has (RFC 7518 section 3.4).
func concatenated(der []byte) ([]byte, error) {
	const size = 32
	var inner cryptobyte.String
	var r, s []byte
	outer := cryptobyte.String(der)
	if !outer.ReadASN1(&inner, asn1.SEQUENCE) || !outer.Empty() ||
		!inner.ReadASN1Integer(&r) || !inner.ReadASN1Integer(&s) || !inner.Empty() || max(len(r), len(s)) > size {
		return nil, errors.New("token: no ECDSA signature on P-256")
	}
	sig := make([]byte, 2*size)
	copy(sig[size-len(r):], r)
	copy(sig[2*size-len(s):], s)
	return sig, nil
}
