package token

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/hush-sso/hush/internal/dpop"
	"github.com/hush-sso/hush/internal/oauth"
)

// Ready tells whether there are keys to sign and verify with.
func (i *Issuer) Ready() bool { return i.keys.Ready() }

// Presented is an access token as it was sent.
type Presented struct {
	Token string
	// Proof came along, made for the token and not used yet, where the token was
	// sent as a DPoP token; nil: it was sent as a bearer token.
	Proof *dpop.Proof
}

// Live reads an access token of ours for this audience and requires that who
// sent it may, that its session lives and that its grant still holds needs,
// identity scopes all, and the scopes of the claims that the token names. What is
// wrong with the token is an *oauth.Error with invalid_token, insufficient_scope
// or invalid_dpop_proof; any other error is trouble with keys or store. The
// claims are there as soon as the token is genuine.
func (i *Issuer) Live(ctx context.Context, p Presented, audience string, needs oauth.Grants) (*AccessClaims, error) {
	access, err := i.VerifyAccessToken(p.Token, audience, time.Now())
	if errors.Is(err, ErrNotReady) {
		return nil, err
	}
	if err != nil {
		return nil, invalidToken(err, "The access token is not one of ours for this endpoint, or it has expired. Tokens for an API are for that API only.")
	}
	if err := p.fits(access); err != nil {
		return access, err
	}
	if !oauth.NewGrants("", strings.Fields(access.Scope)).Covers(needs) {
		return access, oauth.Errorf(oauth.InsufficientScope, "The access token does not have the scope that is needed.")
	}
	key, jti, err := i.OpenGrantID(access.ClientID, access.GrantID)
	if err != nil {
		return access, invalidToken(err, "The access token's grant is unknown here.")
	}
	if err := p.Proof.Use(ctx); err != nil {
		return access, err
	}
	current, now, err := i.grants.Check(ctx, Check{Key: key, JTI: jti, ClientID: access.ClientID, Needs: needs.Union(scopesOf(access.UserInfo)), TokenJTI: access.JTI})
	access.UserID, access.SessionID, access.Credential = current.UserID, current.SID, current.Credential
	if err == nil && now.Unix() >= access.Expires {
		err = ErrExpired // by the store's clock, which counts
	}
	if err == nil {
		err = i.marks.Judge(ctx, access.ClientID, time.Unix(access.AuthTime, 0), now)
	}
	if over(err) {
		return access, invalidToken(err, "The session or the grant of this token is over.")
	}
	return access, err
}

// fits requires the key that the token is bound to, if it is (RFC 9449 section
// 7): as a bearer token it would be good for who stole it. A token that is bound
// to none proves nothing as a DPoP token.
func (p Presented) fits(access *AccessClaims) error {
	switch bound := access.JKT(); {
	case bound != "" && p.Proof == nil:
		return invalidToken(nil, "The access token is bound to a key: send it as Authorization: DPoP, with a proof.")
	case bound == "" && p.Proof != nil:
		return invalidToken(nil, "The access token is not bound to a key: send it as Authorization: Bearer.")
	case bound != p.Proof.JKT():
		return invalidToken(nil, "The access token is bound to another key than that of the DPoP proof.")
	}
	return nil
}

func invalidToken(cause error, description string) error {
	return &oauth.Error{Code: oauth.InvalidToken, Description: description, Cause: cause}
}
