package seal

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// secretSize is the least and the usual length of a secret in bytes.
const secretSize = 32

// idSize is the length of the key id in front of every sealed value.
const idSize = 4

// Info strings of HKDF (RFC 5869 section 3.2). They must never change: what is
// sealed would no longer open.
const (
	infoID          = "hush v1 key id"
	infoBox         = "hush v1 box "
	infoMAC         = "hush v1 mac "
	infoCookieHash  = "hush v1 cookie hash"
	infoCookieBlock = "hush v1 cookie block"
)

type keyID [idSize]byte

// Keyring holds the server's secrets. The first seals, all open, so a secret
// is replaced by putting the new one in front of it.
type Keyring struct {
	issuer  string
	secrets []secret
}

type secret struct {
	id  keyID
	key []byte
}

// New returns a keyring for an issuer. There must be at least one secret, each
// of 32 random bytes or more, no two alike.
func New(issuer string, secrets ...[]byte) (*Keyring, error) {
	if len(secrets) == 0 {
		return nil, errors.New("seal: there is no secret")
	}
	k := &Keyring{issuer: issuer}
	for i, key := range secrets {
		if len(key) < secretSize {
			return nil, fmt.Errorf("seal: secret %d has %d bytes, %d are needed", i+1, len(key), secretSize)
		}
		s := secret{key: append([]byte(nil), key...)}
		copy(s.id[:], derive(key, infoID, idSize))
		for j := range k.secrets {
			if k.secrets[j].id == s.id {
				return nil, fmt.Errorf("seal: secrets %d and %d are the same", j+1, i+1)
			}
		}
		k.secrets = append(k.secrets, s)
	}
	return k, nil
}

// Box returns the box for one purpose. It derives keys: make it once, at the
// start.
func (k *Keyring) Box(purpose string) *Box {
	b := &Box{prefix: appendField(appendField(nil, purpose), k.issuer)}
	for _, s := range k.secrets {
		b.ciphers = append(b.ciphers, newCipher(s.id, derive(s.key, infoBox+purpose, 32)))
	}
	return b
}

// MACKeys returns one key of 32 bytes per secret for HMACs of one purpose; the
// first makes, all are compared.
func (k *Keyring) MACKeys(purpose string) [][]byte {
	keys := make([][]byte, len(k.secrets))
	for i, s := range k.secrets {
		keys[i] = derive(s.key, infoMAC+purpose, 32)
	}
	return keys
}

// CookieKey is a pair of keys for securecookie.
type CookieKey struct {
	ID    string // 8 hex digits that tell the secret; no secret itself
	Hash  []byte // for HMAC-SHA256
	Block []byte // for AES-256
}

// CookieKeys returns one pair per secret; the first encodes, all decode.
func (k *Keyring) CookieKeys() []CookieKey {
	keys := make([]CookieKey, len(k.secrets))
	for i, s := range k.secrets {
		keys[i] = CookieKey{
			ID:    hex.EncodeToString(s.id[:]),
			Hash:  derive(s.key, infoCookieHash, 32),
			Block: derive(s.key, infoCookieBlock, 32),
		}
	}
	return keys
}

// derive is HKDF-SHA256 without salt: the secrets are uniformly random (RFC
// 5869 section 3.1).
func derive(key []byte, info string, size int) []byte {
	out, err := hkdf.Key(sha256.New, key, nil, info, size)
	if err != nil {
		panic("seal: " + err.Error()) // only for a size over 8160 bytes
	}
	return out
}

var toStandard = strings.NewReplacer("-", "+", "_", "/", "=", "")

// ParseSecret reads a secret as the configuration holds it: 32 bytes in
// standard or URL base64, padded or not.
func ParseSecret(text string) ([]byte, error) {
	key, err := base64.RawStdEncoding.Strict().DecodeString(toStandard.Replace(strings.TrimSpace(text)))
	if err != nil || len(key) != secretSize {
		return nil, errors.New("a secret must be 32 random bytes in base64; make one with: hush secret")
	}
	return key, nil
}
