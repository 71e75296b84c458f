package dpop

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"github.com/hush-sso/hush/internal/jose"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/seal"
)

// window is how far the iat of a proof without a nonce may lie from our time,
// either way: the clock is the app's.
const window = time.Minute

// usedSlack is how much longer a jti is remembered than its proof is good on
// this node; the others' clocks differ by seconds.
const usedSlack = time.Minute

// UsedProofs remembers which proofs were used, for all nodes.
type UsedProofs interface {
	// MarkUsed tells whether this is the first use of id, which it remembers
	// for ttl. The same attempt again is the first.
	MarkUsed(ctx context.Context, id, attempt string, ttl time.Duration) (first bool, err error)
}

// Verifier reads proofs. It is safe for concurrent use.
type Verifier struct {
	used   UsedProofs
	nonces *seal.Box
}

// New returns a verifier that seals its nonces by the keyring.
func New(keyring *seal.Keyring, used UsedProofs) *Verifier {
	return &Verifier{used: used, nonces: keyring.Box("dpop nonce")}
}

// Request is what a proof must have been made for.
type Request struct {
	Method string
	URL    string // of the endpoint, as the configuration has it: never from a Host header
	// AccessToken comes along with the proof; "" at the token endpoint, which
	// gives one.
	AccessToken string
	NeedNonce   bool // a nonce of ours is required
}

// Proof is a genuine proof. A nil *Proof stands for a request without one.
type Proof struct {
	jkt  string
	id   string
	ttl  time.Duration
	used UsedProofs
}

// JKT is the thumbprint of the key that made the proof (RFC 7638); "" of no
// proof.
func (p *Proof) JKT() string {
	if p == nil {
		return ""
	}
	return p.jkt
}

// Use uses the proof up: it is good once. A second use is an *oauth.Error with
// invalid_dpop_proof; any other error is trouble with the store. No proof has
// nothing to use up.
func (p *Proof) Use(ctx context.Context) error {
	if p == nil {
		return nil
	}
	first, err := p.used.MarkUsed(ctx, p.id, rand.Text(), p.ttl)
	if err != nil {
		return err
	}
	if !first {
		return oauth.Errorf(oauth.InvalidDPoPProof, "The DPoP proof was used before: make one with a new jti for each request.")
	}
	return nil
}

// claims of a proof (RFC 9449 section 4.2).
type claims struct {
	JTI, HTM, HTU, ATH, Nonce string
	IAT, NBF, EXP             *jose.NumericDate
}

// Read verifies a proof, the one DPoP header of a request. Errors are
// *oauth.Error: invalid_dpop_proof, or use_dpop_nonce where the same with a
// nonce of ours would do.
func (v *Verifier) Read(raw string, r Request, now time.Time) (*Proof, error) {
	h, text, err := jose.Read(raw, jose.Want{Algs: jose.Algorithms, Types: []string{"dpop+jwt"}, Extra: []string{"jwk"}})
	if err != nil {
		return nil, invalid(err, "The DPoP proof is not a JWT of type dpop+jwt that is signed with RS256, PS256, ES256 or EdDSA and has no headers but alg, typ, jwk and kid.")
	}
	if h.JWK == nil {
		return nil, invalid(nil, "The DPoP proof has no jwk in its header.")
	}
	key, err := jose.ParseJWK(h.JWK)
	if err != nil {
		return nil, invalid(err, "The jwk of the DPoP proof is not a public key that is taken here: RSA of 2048 to 4096 bits, P-256 or Ed25519.")
	}
	if _, err := jose.Verify(raw, h, key); err != nil {
		return nil, invalid(err, "The DPoP proof is not signed by the key in its header.")
	}
	var c claims
	if err := json.Unmarshal(text, &c); err != nil {
		return nil, invalid(err, "A claim of the DPoP proof has another type than RFC 9449 section 4.2 says.")
	}
	if err := c.fits(r); err != nil {
		return nil, err
	}
	until, err := v.judge(&c, r.NeedNonce, now)
	if err != nil {
		return nil, err
	}
	return &Proof{
		jkt: key.Thumbprint(), used: v.used, ttl: until.Sub(now) + usedSlack,
		id: hashed("dpop proof\n" + key.Thumbprint() + "\n" + r.URL + "\n" + c.JTI),
	}, nil
}

// fits compares the proof with the request that it came with.
func (c *claims) fits(r Request) error {
	switch {
	case c.JTI == "":
		return invalid(nil, "The DPoP proof has no jti.")
	case c.HTM != r.Method:
		return invalid(nil, "htm of the DPoP proof is not the method of this request.")
	case !sameTarget(c.HTU, r.URL):
		return invalid(fmt.Errorf("htu is %.200q", c.HTU), "htu of the DPoP proof is not "+r.URL+", the address of this endpoint.")
	case r.AccessToken != "" && subtle.ConstantTimeCompare([]byte(c.ATH), []byte(hashed(r.AccessToken))) != 1:
		return invalid(nil, "ath of the DPoP proof is not the hash of the access token.")
	}
	return nil
}

// judge finds the proof young enough, and tells until when it is: by its nonce
// where it has one, else by the app's clock (RFC 9449 section 4.3, 11).
func (v *Verifier) judge(c *claims, needNonce bool, now time.Time) (until time.Time, err error) {
	switch {
	case c.IAT == nil:
		return now, invalid(nil, "The DPoP proof has no iat.")
	case c.EXP != nil && !now.Before(c.EXP.Add(window)), c.NBF != nil && c.NBF.After(now.Add(window)):
		return now, invalid(nil, "The DPoP proof says itself that it is not good now.")
	case c.Nonce != "":
		return v.openNonce(c.Nonce, now)
	case needNonce:
		return now, oauth.Errorf(oauth.UseDPoPNonce, "The DPoP proof needs the nonce of the DPoP-Nonce header.")
	case c.IAT.Sub(now).Abs() > window:
		// It is old, or the app's clock is wrong. A nonce tells which.
		return now, oauth.Errorf(oauth.UseDPoPNonce, "iat of the DPoP proof is more than a minute off: use the nonce of the DPoP-Nonce header.")
	}
	return c.IAT.Add(window), nil
}

// hashed is the base64url SHA-256 of a text (RFC 9449 section 4.2).
func hashed(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func invalid(cause error, description string) error {
	return &oauth.Error{Code: oauth.InvalidDPoPProof, Description: description, Cause: cause}
}
