package jose

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/golang-jwt/jwt/v5"
)

// ErrSignature means that none of the keys signed it.
var ErrSignature = errors.New("jose: the signature is of none of the keys")

// Verify checks the signature of what Read has read, and returns the key that
// made it: one of keys, with the algorithm of the header, which the key must be
// for. Without keys the error is ErrSignature too.
func Verify(raw string, h Header, keys ...Key) (Key, error) {
	end := strings.LastIndexByte(raw, '.')
	if end < 0 {
		return Key{}, ErrSignature
	}
	signature, err := base64.RawURLEncoding.Strict().DecodeString(raw[end+1:])
	if err != nil {
		return Key{}, fmt.Errorf("%w: not base64url", ErrSignature)
	}
	for _, key := range keys {
		if key.fits(h.Alg) && method(h.Alg).Verify(raw[:end], signature, key.material()) == nil {
			return key, nil
		}
	}
	return Key{}, ErrSignature
}

// method is not asked for anything that no key fits: never for "none".
func method(alg string) jwt.SigningMethod { return jwt.GetSigningMethod(alg) }

func (k Key) material() any {
	if k.public != nil {
		return k.public
	}
	return k.secret
}
