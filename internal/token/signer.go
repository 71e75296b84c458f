package token

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"sync/atomic"

	"github.com/golang-jwt/jwt/v5"

	"github.com/hush-sso/hush/internal/jose"
)

// The typ header tells one kind of token from another (RFC 8725 section 3.11,
// RFC 9068 section 2.1).
const (
	typID     = "JWT"
	typAccess = "at+jwt"
	// No names are registered for these two; they are no ID tokens.
	typAnswer   = "oauth-authz-resp+jwt"
	typUserInfo = "userinfo+jwt"
	typLogout   = "logout+jwt" // OpenID Connect Back-Channel Logout 1.0 section 2.4
)

// signer signs with one key. Its headers are encoded once.
type signer struct {
	kid            string
	method         jwt.SigningMethod
	key            crypto.Signer
	signed         *atomic.Uint64 // how many signatures of the algorithm there were
	quick          *byLibrary     // signs in place of method, where it can; nil: there is none
	public         jose.JWK
	headerID       string // base64url(header) and the dot behind it
	headerAccess   string
	headerAnswer   string
	headerUserInfo string
	headerLogout   string
}

func newSigner(k storedKey) (*signer, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(k.PKCS8)
	if err != nil {
		return nil, fmt.Errorf("key for %s: %w", k.Alg, err)
	}
	s := &signer{signed: new(atomic.Uint64)}
	if s.key, s.method, err = fit(k.Alg, parsed); err != nil {
		return nil, err
	}
	if s.public, err = jose.NewJWK(k.Alg, s.key.Public()); err != nil {
		return nil, err
	}
	s.kid = s.public.KID
	s.headerID = encodeHeader(k.Alg, s.kid, typID)
	s.headerAccess = encodeHeader(k.Alg, s.kid, typAccess)
	s.headerAnswer = encodeHeader(k.Alg, s.kid, typAnswer)
	s.headerUserInfo = encodeHeader(k.Alg, s.kid, typUserInfo)
	s.headerLogout = encodeHeader(k.Alg, s.kid, typLogout)
	return s, nil
}

// fit requires the kind of key that the algorithm signs with.
func fit(alg string, parsed any) (crypto.Signer, jwt.SigningMethod, error) {
	switch key := parsed.(type) {
	case *rsa.PrivateKey:
		if alg == "RS256" && key.N.BitLen() >= 2048 { // RFC 7518 section 3.3
			return key, jwt.SigningMethodRS256, nil
		}
	case *ecdsa.PrivateKey:
		if alg == "ES256" && key.Curve == elliptic.P256() {
			return key, jwt.SigningMethodES256, nil
		}
	case ed25519.PrivateKey:
		if alg == "EdDSA" {
			return key, jwt.SigningMethodEdDSA, nil
		}
	}
	return nil, nil, fmt.Errorf("key for %q is a %T, or too short", alg, parsed)
}

func encodeHeader(alg, kid, typ string) string {
	raw, err := json.Marshal(struct {
		Alg string `json:"alg"`
		KID string `json:"kid"`
		Typ string `json:"typ"`
	}{alg, kid, typ})
	if err != nil {
		panic("token: " + err.Error()) // strings always encode
	}
	return base64.RawURLEncoding.EncodeToString(raw) + "."
}

// sign returns the compact serialization (RFC 7515 section 3.1) of claims,
// which are JSON, behind one of the headers.
func (s *signer) sign(header string, claims []byte) (string, error) {
	b := make([]byte, 0, len(header)+base64.RawURLEncoding.EncodedLen(len(claims))+len(".")+signatureRoom)
	b = base64.RawURLEncoding.AppendEncode(append(b, header...), claims)
	sig, err := s.signature(b)
	if err != nil {
		return "", fmt.Errorf("token: sign: %w", err)
	}
	return string(base64.RawURLEncoding.AppendEncode(append(b, '.'), sig)), nil
}

// signatureRoom is what the signature of an RSA key of 2048 bits takes, in base64url.
const signatureRoom = 342

func (s *signer) signature(input []byte) ([]byte, error) {
	s.signed.Add(1)
	if s.quick != nil {
		if sig, ok := s.quick.sign(input); ok {
			return sig, nil
		}
	}
	return s.method.Sign(string(input), s.key)
}

// halfHash is at_hash and c_hash: the left half of the hash that belongs to
// the algorithm (OpenID Connect Core 1.0 section 3.1.3.6). Ed25519 uses
// SHA-512.
func (s *signer) halfHash(value string) string {
	if s.method == jwt.SigningMethod(jwt.SigningMethodEdDSA) {
		sum := sha512.Sum512([]byte(value))
		return base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2])
	}
	sum := sha256.Sum256([]byte(value))
	var text [22]byte
	base64.RawURLEncoding.Encode(text[:], sum[:len(sum)/2])
	return string(text[:])
}
