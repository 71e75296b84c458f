package token

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/dpop"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/session"
)

// RedeemRequest is what a client that has proved who it is sends for a code
// (RFC 6749 section 4.1.3).
type RedeemRequest struct {
	Code        string
	RedirectURI string
	Origin      string      // of the page that sends it, as its browser says; "": none
	Verifier    string      // PKCE code_verifier; "": none
	Proof       *dpop.Proof // that came along, read but not used; nil: none
	Site        string      // as Redemption has it
	Ask
}

// Redeemed is what a code gave.
type Redeemed struct {
	Grant   Grant       // what the request asks of what was granted
	API     *client.API // whose access token that is; nil: userinfo
	Session session.Session
	Now     time.Time // the store's
	Refresh string    // the first refresh token; "": none was granted
}

// Redeem uses a code up, for the key that was shown if there was one. What the
// client got wrong is an *oauth.Error with invalid_grant, invalid_target or
// invalid_dpop_proof; any other error is trouble with the store. Whatever fails
// before the store is asked leaves the code as good as it was, and so does a
// proof that was used before.
func (i *Issuer) Redeem(ctx context.Context, c *client.Client, r RedeemRequest) (Redeemed, error) {
	g, err := i.openForRedemption(c, r)
	if err != nil {
		return Redeemed{}, err
	}
	d := Redeemed{}
	if d.Grant, d.API, err = i.narrow(g, r.Ask); err != nil {
		return Redeemed{}, err
	}
	if err := i.marks.Judge(ctx, g.ClientID, g.AuthTime, time.Time{}); err != nil {
		return Redeemed{}, redeemError(err)
	}
	if err := r.Proof.Use(ctx); err != nil {
		return Redeemed{}, err
	}
	d.Grant.JKT = r.Proof.JKT()
	family, secret := i.begin(c, &g)
	d.Session, d.Now, err = i.grants.Redeem(ctx, Redemption{
		Key: g.Key, JTI: g.JTI, ClientID: g.ClientID, UserID: g.UserID, Needs: g.Needs,
		IssuedAt: g.IssuedAt, Lifetime: i.life.code,
		Attempt:  NewJTI(),
		Outlives: i.outlives(c, &g, r.APIs),
		Family:   family,
		Site:     r.Site,
	})
	if err != nil {
		return Redeemed{}, redeemError(err)
	}
	g.JKT = keyOf(c, r.Proof)
	d.Refresh = i.firstRefresh(family, secret, g, d.Session, d.Now)
	return d, nil
}

// openForRedemption makes every check that needs no store.
func (i *Issuer) openForRedemption(c *client.Client, r RedeemRequest) (Grant, error) {
	g, err := i.OpenCode(c.ID, r.Code)
	if err != nil {
		return Grant{}, invalidGrant(err, "code was not issued by this server to this client, or was changed on the way.")
	}
	if err := checkPlace(c, &g, r); err != nil {
		return Grant{}, err
	}
	if err := checkVerifier(g.Challenge, r.Verifier); err != nil {
		return Grant{}, err
	}
	return g, checkProof(c, g.JKT, r.Proof)
}

// checkPlace tells whether a code comes back from where it went: by the redirect
// URI, or by the origin of the page that a browser handed it to. The server of a
// confidential client, which proved itself, has no origin.
func checkPlace(c *client.Client, g *Grant, r RedeemRequest) error {
	origin, handed := g.originOf()
	switch {
	case !handed && r.RedirectURI != g.RedirectURI:
		return invalidGrant(nil, "redirect_uri is not, byte for byte, the one of the authorization request.")
	case !handed:
		return nil
	case r.RedirectURI != "":
		return invalidGrant(nil, "redirect_uri must not be sent: the code came by FedCM, without one.")
	case r.Origin != origin && !(c.Confidential && r.Origin == ""):
		return invalidGrant(nil, "The code was handed to a page of another origin than the one that redeems it.")
	}
	return nil
}

// checkProof tells whether a request for tokens comes with the DPoP proof that
// it needs: of the key that code or refresh token are bound to (RFC 9449
// sections 5 and 10), and of any where the client always binds its tokens
// (section 5.2).
func checkProof(c *client.Client, jkt string, p *dpop.Proof) error {
	switch {
	case p == nil && c.DPoPBound:
		return oauth.Errorf(oauth.InvalidDPoPProof, "The app is registered with dpop_bound_access_tokens and sent no DPoP proof.")
	case p == nil && jkt != "":
		return invalidGrant(nil, "The grant is bound to a key (RFC 9449), and no DPoP proof came along.")
	case jkt != "" && p.JKT() != jkt:
		return invalidGrant(nil, "The grant is bound to another key than that of the DPoP proof.")
	}
	return nil
}

// checkVerifier does PKCE with S256, the one method there is (RFC 7636 section
// 4.6). A verifier without a challenge is refused too: somebody may have taken
// the challenge off the authorization request (RFC 9700 section 2.1.1).
func checkVerifier(challenge, verifier string) error {
	switch {
	case challenge == "" && verifier == "":
		return nil
	case challenge == "":
		return invalidGrant(nil, "code_verifier was sent, but the authorization request had no code_challenge.")
	case verifier == "":
		return invalidGrant(nil, "code_verifier is missing; the authorization request had a code_challenge.")
	case !validVerifier(verifier):
		return invalidGrant(nil, "code_verifier must be 43 to 128 letters, digits, -, ., _ or ~ (RFC 7636 section 4.1).")
	}
	sum := sha256.Sum256([]byte(verifier))
	var want [43]byte
	base64.RawURLEncoding.Encode(want[:], sum[:])
	if subtle.ConstantTimeCompare(want[:], []byte(challenge)) != 1 {
		return invalidGrant(nil, "code_verifier does not match the code_challenge of the authorization request.")
	}
	return nil
}

func validVerifier(s string) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case c == '-', c == '.', c == '_', c == '~':
		default:
			return false
		}
	}
	return len(s) >= 43 && len(s) <= 128
}

// outlives is how long any token of the grant may be presented.
func (i *Issuer) outlives(c *client.Client, g *Grant, apis func(string) *client.API) time.Duration {
	longest := max(i.accessLifetime(nil, false), i.accessLifetime(nil, true), i.idLifetime(c))
	if apis == nil {
		return longest
	}
	for _, audience := range g.Audiences() {
		api := apis(audience)
		longest = max(longest, i.accessLifetime(api, false), i.accessLifetime(api, true))
	}
	return longest
}

// redeemError tells a refusal of the store from trouble with it.
func redeemError(err error) error {
	var absent session.Absence
	switch {
	case errors.Is(err, ErrReplayed):
		return invalidGrant(err, "code was redeemed before; everything it gave is now revoked.")
	case errors.Is(err, ErrExpired):
		return invalidGrant(err, "code has expired.")
	case errors.Is(err, ErrNotGranted):
		return invalidGrant(err, "the app no longer holds what the code grants; the user must be asked again.")
	case errors.Is(err, ErrRevoked):
		return invalidGrant(err, "what the code grants was revoked.")
	case errors.As(err, &absent):
		return invalidGrant(err, "the session in which the code was issued is over.")
	}
	return fmt.Errorf("redeem code: %w", err)
}

func invalidGrant(cause error, description string) error {
	return &oauth.Error{Code: oauth.InvalidGrant, Description: description, Cause: cause}
}
