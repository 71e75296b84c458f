package jose

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/big"
)

// JWK is a public key as it is written (RFC 7517 section 4, RFC 7518 section 6,
// RFC 8037 section 2).
type JWK struct {
	KTY string `json:"kty"`
	Use string `json:"use,omitempty"`
	Alg string `json:"alg,omitempty"`
	KID string `json:"kid,omitempty"`
	N   string `json:"n,omitempty"`
	E   string `json:"e,omitempty"`
	CRV string `json:"crv,omitempty"`
	X   string `json:"x,omitempty"`
	Y   string `json:"y,omitempty"`
}

// NewJWK writes a public key that verifies alg. Its kid is its thumbprint.
func NewJWK(alg string, public crypto.PublicKey) (JWK, error) {
	k, err := members(public)
	if err != nil {
		return JWK{}, err
	}
	k.Use, k.Alg, k.KID = "sig", alg, k.Thumbprint()
	return k, nil
}

// members fills in what makes the key.
func members(public crypto.PublicKey) (JWK, error) {
	text := base64.RawURLEncoding.EncodeToString
	switch p := public.(type) {
	case *rsa.PublicKey:
		return JWK{KTY: "RSA", N: text(p.N.Bytes()), E: text(big.NewInt(int64(p.E)).Bytes())}, nil
	case *ecdsa.PublicKey:
		point, err := p.Bytes() // 4 | x | y, fixed widths
		if err != nil {
			return JWK{}, err
		}
		half := len(point) / 2
		return JWK{KTY: "EC", CRV: "P-256", X: text(point[1 : 1+half]), Y: text(point[1+half:])}, nil
	case ed25519.PublicKey:
		return JWK{KTY: "OKP", CRV: "Ed25519", X: text(p)}, nil
	}
	return JWK{}, fmt.Errorf("no JWK for a %T", public)
}

// Thumbprint hashes the required members in the order of their names (RFC 7638
// section 3). None of the values needs escaping.
func (k JWK) Thumbprint() string {
	var text string
	switch k.KTY {
	case "RSA":
		text = `{"e":"` + k.E + `","kty":"RSA","n":"` + k.N + `"}`
	case "EC":
		text = `{"crv":"` + k.CRV + `","kty":"EC","x":"` + k.X + `","y":"` + k.Y + `"}`
	case "OKP":
		text = `{"crv":"` + k.CRV + `","kty":"OKP","x":"` + k.X + `"}`
	}
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
