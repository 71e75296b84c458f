package demo

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"math/big"
)

// jwk is one key of a JWK set (RFC 7517, RFC 8037).
type jwk struct {
	Kty string `json:"kty"`
	Kid string `json:"kid"`
	Use string `json:"use"`
	Alg string `json:"alg"`
	Crv string `json:"crv"`
	N   string `json:"n"`
	E   string `json:"e"`
	X   string `json:"x"`
	Y   string `json:"y"`
}

// publicKey is a key and the one algorithm that it may be used with: a token
// cannot choose another one for it.
type publicKey struct {
	key any
	alg string
}

func (k publicKey) forAlg(alg string) (any, error) {
	if k.alg != alg {
		return nil, errNoKey
	}
	return k.key, nil
}

// publicKeys takes what it understands: a set may hold keys for other uses.
func publicKeys(set []jwk) map[string]publicKey {
	m := make(map[string]publicKey, len(set))
	for _, k := range set {
		p, err := k.public()
		if err != nil || k.Kid == "" || (k.Use != "" && k.Use != "sig") || (k.Alg != "" && k.Alg != p.alg) {
			continue
		}
		m[k.Kid] = p
	}
	return m
}

var errKey = errors.New("unusable key")

func (k jwk) public() (publicKey, error) {
	switch {
	case k.Kty == "RSA":
		return k.rsa()
	case k.Kty == "EC" && k.Crv == "P-256":
		return k.ec()
	case k.Kty == "OKP" && k.Crv == "Ed25519":
		x, err := base64.RawURLEncoding.DecodeString(k.X)
		if err != nil || len(x) != ed25519.PublicKeySize {
			return publicKey{}, errKey
		}
		return publicKey{ed25519.PublicKey(x), "EdDSA"}, nil
	}
	return publicKey{}, errKey
}

func (k jwk) rsa() (publicKey, error) {
	n, err := base64.RawURLEncoding.DecodeString(k.N)
	if err != nil {
		return publicKey{}, errKey
	}
	e, err := base64.RawURLEncoding.DecodeString(k.E)
	if err != nil || len(e) == 0 || len(e) > 4 {
		return publicKey{}, errKey
	}
	key := &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
	if key.N.BitLen() < 2048 || key.E < 3 {
		return publicKey{}, errKey
	}
	return publicKey{key, "RS256"}, nil
}

func (k jwk) ec() (publicKey, error) {
	x, errX := base64.RawURLEncoding.DecodeString(k.X)
	y, errY := base64.RawURLEncoding.DecodeString(k.Y)
	if errX != nil || errY != nil || len(x) != 32 || len(y) != 32 {
		return publicKey{}, errKey
	}
	point := append(append([]byte{4}, x...), y...)
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return publicKey{}, errKey
	}
	return publicKey{key, "ES256"}, nil
}
