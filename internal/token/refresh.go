package token

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/dpop"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/seal"
	"github.com/hush-sso/hush/session"
)

// RefreshRequest is what a client that has proved who it is sends for a refresh
// token (RFC 6749 section 6).
type RefreshRequest struct {
	Token string
	Proof *dpop.Proof // that came along, read but not used; nil: none
	Site  string      // as Redemption has it
	Ask
	Activity bool // this keeps the session from idling out
}

// Refresh is a refresh token that stands, in the hand of its client.
type Refresh struct {
	Grant      Grant       // what the request asks of what was granted, for the key that was shown
	API        *client.API // whose access token that is; nil: userinfo
	Now        time.Time   // the store's
	Live       bool        // the session is; otherwise the token outlives it
	Next       string      // the token that follows, good once Rotate returned it
	Credential string      // see Standing
	Bound      time.Time   // see session.Session
	Before     []byte      // the answer that the token was given already; nil: none yet

	token     refreshToken
	candidate Candidate
	next      refreshToken
	activity  bool
	answers   *seal.Box // see box
}

// PresentRefresh opens a refresh token of the client and asks the store what it
// is worth; it stays as good as it was. What is wrong with it is an *oauth.Error
// with invalid_grant, invalid_scope, invalid_target or invalid_dpop_proof; any
// other error is trouble with the store.
func (i *Issuer) PresentRefresh(ctx context.Context, c *client.Client, r RefreshRequest) (*Refresh, error) {
	t, err := i.openRefresh(c.ID, r.Token)
	if err != nil {
		return nil, StaleRefresh(err, "It was not issued by this server to this client, or was changed on the way.")
	}
	f := &Refresh{token: t, activity: r.Activity}
	if f.Grant, f.API, err = i.narrow(t.grant, r.Ask); err != nil {
		return nil, err
	}
	if err := checkProof(c, t.grant.JKT, r.Proof); err != nil {
		return nil, boundRefresh(err)
	}
	if err := i.marks.Judge(ctx, c.ID, t.grant.AuthTime, time.Time{}); err != nil {
		return nil, refreshError(err)
	}
	if err := r.Proof.Use(ctx); err != nil {
		return nil, err
	}
	f.Grant.JKT = r.Proof.JKT()
	f.candidate = Candidate{
		Key: t.grant.Key, JTI: t.grant.JTI, ClientID: c.ID, Needs: t.grant.Needs, Hash: t.secret.Hash(),
		MayOutlive: c.RefreshTokenOutlivesSession, Outlives: i.outlives(c, &t.grant, r.APIs),
		Site: r.Site,
	}
	s, err := i.grants.Peek(ctx, f.candidate)
	if err != nil {
		return nil, refreshError(err)
	}
	if s.UserID != t.grant.UserID {
		return nil, errors.New("token: the refresh family names another user than the sealed token")
	}
	f.Now, f.Live, f.Credential, f.Bound = s.Now, s.Live, s.Credential, s.Bound
	f.next = t.successor(s.Now)
	f.Next = i.sealRefresh(f.next)
	f.Before, err = f.open(s.Answer)
	return f, err
}

// Rotate spends the token: it returns the answer that counts, which is another
// than the one given where somebody else was first. Errors are those of
// PresentRefresh.
func (i *Issuer) Rotate(ctx context.Context, f *Refresh, answer []byte) ([]byte, error) {
	sealed := f.box().Seal(answer)
	s, err := i.grants.Rotate(ctx, Rotation{
		Candidate: f.candidate, Successor: f.next.secret.Hash(), Answer: sealed, Activity: f.activity,
	})
	switch {
	case err != nil:
		return nil, refreshError(err)
	case s.Answer == sealed: // nobody was first
		return answer, nil
	}
	return f.open(s.Answer)
}

// Recheck looks again whether the grant behind the token lives. Errors are those of
// PresentRefresh. The token itself may have been spent meanwhile.
func (i *Issuer) Recheck(ctx context.Context, f *Refresh) error {
	c := Check{Key: f.candidate.Key, JTI: f.candidate.JTI, ClientID: f.candidate.ClientID, Needs: f.candidate.Needs}
	if _, _, err := i.grants.Check(ctx, c); err != nil {
		return refreshError(err)
	}
	return nil
}

// box is that of the answers that the token was given. It derives a key, once.
func (f *Refresh) box() *seal.Box {
	if f.answers == nil {
		f.answers = f.token.answers()
	}
	return f.answers
}

// open reads an answer that the store kept for this token.
func (f *Refresh) open(sealed string) ([]byte, error) {
	if sealed == "" {
		return nil, nil
	}
	answer, err := f.box().Open(sealed)
	if err != nil {
		return nil, fmt.Errorf("token: kept answer: %w", err)
	}
	return answer, nil
}

// begin is the family of a grant with refresh tokens, and the secret of the first.
func (i *Issuer) begin(c *client.Client, g *Grant) (*Family, session.Secret) {
	if !g.Offline() || !c.HasGrant(client.GrantRefresh) {
		return nil, session.Secret{}
	}
	secret := newRefreshSecret()
	return &Family{Hash: secret.Hash(), Lifetime: i.refreshLifetime(c), Outlives: c.RefreshTokenOutlivesSession}, secret
}

// keyOf is what a refresh token of the client is bound to: a confidential client
// proves who it is at every refresh, and may change its key (RFC 9449 section 5).
func keyOf(c *client.Client, p *dpop.Proof) string {
	if c.Confidential {
		return ""
	}
	return p.JKT()
}

// firstRefresh is the text of a family's first token, once the store began it.
func (i *Issuer) firstRefresh(f *Family, secret session.Secret, g Grant, s session.Session, now time.Time) string {
	if f == nil {
		return ""
	}
	ends := now.Add(f.Lifetime)
	if !f.Outlives && s.Expires.Before(ends) {
		ends = s.Expires
	}
	return i.sealRefresh(refreshToken{refreshClaims{Expires: ends.Unix(), IssuedAt: now.Unix()}, secret, g})
}

// refreshError tells a refusal of the store from trouble with it.
func refreshError(err error) error {
	var absent session.Absence
	switch {
	case errors.Is(err, ErrReused):
		return StaleRefresh(err, "It was used before; every token that came from the same code is now revoked.")
	case errors.Is(err, ErrExpired):
		return StaleRefresh(err, "It has expired, and refreshing does not prolong it.")
	case errors.Is(err, ErrNotGranted):
		return StaleRefresh(err, "The app no longer holds what it grants; the user must be asked again.")
	case errors.Is(err, ErrRevoked):
		return StaleRefresh(err, "It was revoked, or has expired.")
	case errors.As(err, &absent):
		return StaleRefresh(err, "The session in which it was issued is over.")
	}
	return fmt.Errorf("refresh: %w", err)
}

// boundRefresh says the same of a token that is bound to another key.
func boundRefresh(err error) error {
	if refused := (*oauth.Error)(nil); errors.As(err, &refused) && refused.Code == oauth.InvalidGrant {
		return StaleRefresh(refused.Cause, refused.Description)
	}
	return err
}

// StaleRefresh refuses a refresh token, with why in whole sentences. auth0-spa-js
// goes on with its iframe where it finds the words "invalid refresh token" in the
// description, whatever their case.
func StaleRefresh(cause error, why string) error {
	return invalidGrant(cause, "Unknown or invalid refresh token. "+why)
}
