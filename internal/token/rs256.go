package token

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"log/slog"
	"sync"

	"github.com/golang-jwt/jwt/v5"
)

// An RSALibrary signs with RSA keys quicker than crypto/rsa does.
type RSALibrary interface {
	// Signer returns what signs hashes of SHA-256 with the key, as
	// rsa.SignPKCS1v15 does bit for bit. After an error crypto/rsa signs.
	Signer(*rsa.PrivateKey) (crypto.Signer, error)
}

// SignBy has a library make the RS256 signatures of the keys that are loaded from now
// on. What it fails at is told to log, and crypto/rsa does it.
func (k *Keys) SignBy(library RSALibrary, log *slog.Logger) { k.library, k.log = library, log }

// quicken hands the RSA key that signs to the library, if there is one.
func (k *Keys) quicken(set *keySet) {
	s := set.active["RS256"]
	if k.library == nil || s == nil {
		return
	}
	quick, err := k.library.Signer(s.key.(*rsa.PrivateKey)) // fit has seen to its type
	if err != nil {
		k.log.Warn("RS256 signatures by crypto/rsa", "kid", s.kid, "cause", err)
		return
	}
	s.method = &rs256{SigningMethodRSA: jwt.SigningMethodRS256, quick: quick, log: k.log.With("kid", s.kid)}
}

// rs256 is RS256 (RFC 7518 section 3.3) with a key that a library holds.
type rs256 struct {
	*jwt.SigningMethodRSA
	quick crypto.Signer
	log   *slog.Logger
	said  sync.Once
}

// Sign signs with the library's key; key is the same one, for crypto/rsa.
func (m *rs256) Sign(text string, key any) ([]byte, error) {
	sum := sha256.Sum256([]byte(text))
	sig, err := m.quick.Sign(nil, sum[:], crypto.SHA256)
	if err == nil {
		return sig, nil
	}
	m.said.Do(func() { m.log.Warn("the library failed at an RS256 signature; crypto/rsa makes such", "cause", err) })
	return m.SigningMethodRSA.Sign(text, key)
}
