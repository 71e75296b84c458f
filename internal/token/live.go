package token

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/session"
)

// Ready tells whether there are keys to sign and verify with.
func (i *Issuer) Ready() bool { return i.keys.Ready() }

// Live reads an access token of ours for this audience and requires that its
// session lives and its grant still holds needs, identity scopes all. What is
// wrong with the token is an *oauth.Error with invalid_token or
// insufficient_scope; any other error is trouble with keys or store. The claims
// are there as soon as the token is genuine.
func (i *Issuer) Live(ctx context.Context, raw, audience string, needs oauth.Grants) (*AccessClaims, error) {
	access, err := i.VerifyAccessToken(raw, audience, time.Now())
	if errors.Is(err, ErrNotReady) {
		return nil, err
	}
	if err != nil {
		return nil, invalidToken(err, "The access token is not one of ours for this endpoint, or it has expired. Tokens for an API are for that API only.")
	}
	if !oauth.NewGrants("", strings.Fields(access.Scope)).Covers(needs) {
		return access, oauth.Errorf(oauth.InsufficientScope, "The access token does not have the scope that is needed.")
	}
	key, jti, err := i.OpenGrantID(access.ClientID, access.GrantID)
	if err != nil {
		return access, invalidToken(err, "The access token's grant is unknown here.")
	}
	_, now, err := i.grants.Check(ctx, Check{Key: key, JTI: jti, ClientID: access.ClientID, Needs: needs})
	if err == nil && now.Unix() >= access.Expires {
		err = ErrExpired // by the store's clock, which counts
	}
	var absent session.Absence
	if errors.As(err, &absent) || errors.Is(err, ErrRevoked) || errors.Is(err, ErrNotGranted) || errors.Is(err, ErrExpired) {
		return access, invalidToken(err, "The session or the grant of this token is over.")
	}
	return access, err
}

func invalidToken(cause error, description string) error {
	return &oauth.Error{Code: oauth.InvalidToken, Description: description, Cause: cause}
}
