package token

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

// jwk is a public key (RFC 7517 section 4, RFC 7518 section 6, RFC 8037
// section 2).
type jwk struct {
	KTY string `json:"kty"`
	Use string `json:"use"`
	Alg string `json:"alg"`
	KID string `json:"kid"`
	N   string `json:"n,omitempty"`
	E   string `json:"e,omitempty"`
	CRV string `json:"crv,omitempty"`
	X   string `json:"x,omitempty"`
	Y   string `json:"y,omitempty"`
}

func newJWK(alg string, public crypto.PublicKey) (jwk, error) {
	k := jwk{Use: "sig", Alg: alg}
	text := base64.RawURLEncoding.EncodeToString
	switch p := public.(type) {
	case *rsa.PublicKey:
		k.KTY, k.N, k.E = "RSA", text(p.N.Bytes()), text(big.NewInt(int64(p.E)).Bytes())
	case *ecdsa.PublicKey:
		point, err := p.Bytes() // 4 | x | y, fixed widths
		if err != nil {
			return jwk{}, err
		}
		half := len(point) / 2
		k.KTY, k.CRV, k.X, k.Y = "EC", "P-256", text(point[1:1+half]), text(point[1+half:])
	case ed25519.PublicKey:
		k.KTY, k.CRV, k.X = "OKP", "Ed25519", text(p)
	default:
		return jwk{}, fmt.Errorf("no JWK for a %T", public)
	}
	k.KID = k.thumbprint()
	return k, nil
}

// thumbprint hashes the required members in the order of their names (RFC 7638
// section 3). None of the values needs escaping.
func (k jwk) thumbprint() string {
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
