package token

import (
	"crypto"
	"crypto/sha256"
	"errors"
	"log/slog"
	"sync"

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
// from now on, or of those of files. What it fails at is told to log, and Go does it.
func (k *Keys) SignBy(library Library, log *slog.Logger) {
	k.library, k.log = library, log
	if set := k.current.Load(); set != nil && k.store == nil {
		k.quicken(set) // of files, which are not loaded again
	}
}

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
		s.quick = &byLibrary{key: quick, shape: shape, log: log}
	}
}

// byLibrary is a key that a library holds.
type byLibrary struct {
	key   crypto.Signer
	shape func([]byte) ([]byte, error) // from that of crypto.Signer to that of a JWS; nil: the same
	log   *slog.Logger
	said  sync.Once
}

// sign makes the signature of a JWS, or says in the log why it cannot.
func (l *byLibrary) sign(input []byte) (sig []byte, ok bool) {
	sum := sha256.Sum256(input)
	sig, err := l.key.Sign(nil, sum[:], crypto.SHA256)
	if err == nil && l.shape != nil {
		sig, err = l.shape(sig)
	}
	if err != nil {
		l.said.Do(func() { l.log.Warn("Go's own cryptography signs what the library fails at", "cause", err) })
	}
	return sig, err == nil
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
