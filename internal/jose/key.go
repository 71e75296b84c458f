package jose

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
)

// Algorithms are the signing algorithms that others may use (RFC 7518 section
// 3.1, RFC 8037): each with a public key.
var Algorithms = []string{"RS256", "PS256", "ES256", "EdDSA"}

// What ParseJWK says of keys that are no use here.
var (
	// ErrUnsupported: a key of another kind, or for another use. A key set may
	// hold such keys; they are passed over (RFC 7517 section 5).
	ErrUnsupported = errors.New("jose: not a key for the signatures that are read here")
	// ErrPrivate: somebody published a private or a symmetric key.
	ErrPrivate = errors.New("jose: a private key, where a public one belongs; it is known to others now and must be replaced")
)

// Key verifies what somebody else signed.
type Key struct {
	KID    string // "": it has none
	Alg    string // the one algorithm that it is for; "": any that fits its kind
	secret []byte // of HS256; nil for the others
	public crypto.PublicKey
	print  string
}

// Secret is a key of HS256, the only algorithm that it fits. It should have 32
// bytes at least (RFC 7518 section 3.2); the caller sees to that.
func Secret(secret []byte) Key { return Key{Alg: "HS256", secret: secret} }

// Thumbprint is that of RFC 7638 with SHA-256, "" for a secret.
func (k Key) Thumbprint() string { return k.print }

// fits tells whether the key may verify alg: its kind, and what it says itself
// (RFC 8725 section 3.1).
func (k Key) fits(alg string) bool {
	return slices.Contains(k.algorithms(), alg) && (k.Alg == "" || k.Alg == alg)
}

func (k Key) algorithms() []string {
	switch k.public.(type) {
	case *rsa.PublicKey:
		return []string{"RS256", "PS256"}
	case *ecdsa.PublicKey:
		return []string{"ES256"}
	case ed25519.PublicKey:
		return []string{"EdDSA"}
	}
	if len(k.secret) > 0 {
		return []string{"HS256"}
	}
	return nil
}

// members of RFC 7517 and 7518 that a JWK is read for. Names that encoding/json
// takes in any case cannot stand there twice: CheckObject has seen to it.
type foreign struct {
	JWK
	Ops []string `json:"key_ops"`

	D   json.RawMessage `json:"d"`
	P   json.RawMessage `json:"p"`
	Q   json.RawMessage `json:"q"`
	DP  json.RawMessage `json:"dp"`
	DQ  json.RawMessage `json:"dq"`
	QI  json.RawMessage `json:"qi"`
	Oth json.RawMessage `json:"oth"`
	K   json.RawMessage `json:"k"`
}

// ParseJWK reads one public key: RSA of 2048 to 4096 bits, EC on P-256 or
// Ed25519. Errors wrap ErrUnsupported or ErrPrivate; others say what is wrong
// with the key.
func ParseJWK(raw []byte) (Key, error) {
	if err := CheckObject(raw); err != nil {
		return Key{}, err
	}
	var f foreign
	if err := json.Unmarshal(raw, &f); err != nil {
		return Key{}, err
	}
	for _, private := range []json.RawMessage{f.D, f.P, f.Q, f.DP, f.DQ, f.QI, f.Oth, f.K} {
		if private != nil {
			return Key{}, ErrPrivate
		}
	}
	if f.Use != "" && f.Use != "sig" || len(f.Ops) > 0 && !slices.Contains(f.Ops, "verify") {
		return Key{}, fmt.Errorf("%w: it is for another use", ErrUnsupported)
	}
	public, err := f.public()
	if err != nil {
		return Key{}, err
	}
	key := Key{KID: f.KID, Alg: f.Alg, public: public}
	if f.Alg != "" && !key.fits(f.Alg) {
		return Key{}, fmt.Errorf("%w: alg %q", ErrUnsupported, f.Alg)
	}
	again, err := members(public)
	if err != nil {
		return Key{}, err
	}
	key.print = again.Thumbprint()
	return key, nil
}

func (k JWK) public() (crypto.PublicKey, error) {
	switch {
	case k.KTY == "RSA":
		return k.rsa()
	case k.KTY == "EC" && k.CRV == "P-256":
		x, errX := coordinate(k.X)
		y, errY := coordinate(k.Y)
		if err := errors.Join(errX, errY); err != nil {
			return nil, err
		}
		// Refuses a point that is not on the curve.
		return ecdsa.ParseUncompressedPublicKey(elliptic.P256(), slices.Concat([]byte{4}, x, y))
	case k.KTY == "OKP" && k.CRV == "Ed25519":
		x, err := coordinate(k.X)
		return ed25519.PublicKey(x), err
	}
	return nil, fmt.Errorf("%w: kty %q, crv %q", ErrUnsupported, k.KTY, k.CRV)
}

// Sizes of RSA keys, in bits, and the largest exponent. Less is weak (RFC 7518
// section 3.3); more makes us work for a stranger, who shows a key of any size with
// a signature of nothing.
const (
	minRSA      = 2048
	maxRSA      = 4096
	maxExponent = 65537
)

func (k JWK) rsa() (crypto.PublicKey, error) {
	n, errN := integer(k.N)
	e, errE := integer(k.E)
	if err := errors.Join(errN, errE); err != nil {
		return nil, err
	}
	if bits := n.BitLen(); bits < minRSA || bits > maxRSA || n.Bit(0) == 0 {
		return nil, fmt.Errorf("an RSA key of %d bits; %d to %d are taken", bits, minRSA, maxRSA)
	}
	if e.Cmp(big.NewInt(maxExponent)) > 0 || e.Bit(0) == 0 || e.Cmp(big.NewInt(3)) < 0 {
		return nil, errors.New("an RSA exponent out of bounds")
	}
	return &rsa.PublicKey{N: n, E: int(e.Int64())}, nil
}

// integer reads a Base64urlUInt in its one spelling, without zeros in front
// (RFC 7518 section 2).
func integer(text string) (*big.Int, error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(raw) == 0 || raw[0] == 0 {
		return nil, errors.New("n or e is not a Base64urlUInt")
	}
	return new(big.Int).SetBytes(raw), nil
}

// coordinate reads 32 octets, zeros in front included (RFC 7518 section
// 6.2.1.2, RFC 8037 section 2).
func coordinate(text string) ([]byte, error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(raw) != 32 {
		return nil, errors.New("x or y is not of 32 octets")
	}
	return raw, nil
}
