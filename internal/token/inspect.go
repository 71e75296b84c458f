package token

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/session"
)

// Asker is who asks about a token: its client, or an API that it is for. One of
// the two is set.
type Asker struct {
	Client *client.Client
	API    *client.API
}

// may tells whether the token is the asker's business.
func (a Asker) may(access *AccessClaims) bool {
	return a.Client != nil && access.ClientID == a.Client.ID || a.API != nil && access.Audience == a.API.Audience
}

// Inspected is what is told of a token that holds (RFC 7662 section 2.2).
type Inspected struct {
	Active       bool          `json:"active"` // true
	Scope        string        `json:"scope"`
	ClientID     string        `json:"client_id"`
	Type         string        `json:"token_type,omitempty"` // of an access token
	Expires      int64         `json:"exp"`
	IssuedAt     int64         `json:"iat"`
	Subject      string        `json:"sub"`
	Audience     string        `json:"aud,omitempty"` // of an access token
	Issuer       string        `json:"iss"`
	JTI          string        `json:"jti,omitempty"` // of an access token
	AuthTime     int64         `json:"auth_time"`     // RFC 9470 section 6.2, as acr
	ACR          string        `json:"acr,omitempty"`
	Confirmation *Confirmation `json:"cnf,omitempty"`

	UserID     string    `json:"-"`
	Credential string    `json:"-"` // of the session; see Standing
	AMR        []string  `json:"-"`
	Now        time.Time `json:"-"` // the store's
}

// Inspect tells what a token of ours is worth now, nil where it is worth nothing
// or none of the asker's business: the two look alike, and the second costs no
// trip to the store. An error is trouble with keys or store.
func (i *Issuer) Inspect(ctx context.Context, a Asker, raw string) (*Inspected, error) {
	told, check, err := i.inspect(a, raw)
	if err != nil || told == nil {
		return nil, err
	}
	s, now, err := i.grants.Check(ctx, check)
	if err == nil {
		err = i.marks.Judge(ctx, told.ClientID, time.Unix(told.AuthTime, 0), now)
	}
	if over(err) || err == nil && now.Unix() >= told.Expires {
		return nil, nil
	}
	told.UserID, told.Credential, told.Now = s.UserID, s.Credential, now
	return told, err
}

// inspect does what needs no store.
func (i *Issuer) inspect(a Asker, raw string) (*Inspected, Check, error) {
	access, err := i.verifyAccess(raw, time.Now())
	if errors.Is(err, ErrNotReady) {
		return nil, Check{}, err
	}
	if err != nil && a.Client != nil {
		told, check := i.inspectRefresh(a.Client, raw)
		return told, check, nil
	}
	if err != nil || !a.may(access) {
		return nil, Check{}, nil //nolint:nilerr // worth nothing
	}
	key, jti, err := i.OpenGrantID(access.ClientID, access.GrantID)
	if err != nil {
		return nil, Check{}, nil //nolint:nilerr // likewise
	}
	needs := oauth.NewGrants(access.Audience, []string{""})
	if access.Audience == i.userinfo {
		needs = oauth.NewGrants("", strings.Fields(access.Scope))
	}
	told := &Inspected{
		Active: true, Scope: access.Scope, ClientID: access.ClientID, Type: TypeOf(access.JKT()),
		Expires: access.Expires, IssuedAt: access.IssuedAt, Subject: access.Subject, Audience: access.Audience,
		Issuer: access.Issuer, JTI: access.JTI, AuthTime: access.AuthTime, ACR: access.ACR, AMR: access.AMR, Confirmation: access.Confirmation,
	}
	return told, Check{Key: key, JTI: jti, ClientID: access.ClientID, Needs: needs, TokenJTI: access.JTI}, nil
}

// inspectRefresh is inspect for a refresh token of the client.
func (i *Issuer) inspectRefresh(c *client.Client, raw string) (*Inspected, Check) {
	t, err := i.openRefresh(c.ID, raw)
	if err != nil {
		return nil, Check{}
	}
	told := &Inspected{
		Active: true, Scope: strings.Join(t.grant.Scopes, " "), ClientID: c.ID,
		Expires: t.Expires, IssuedAt: t.IssuedAt, Subject: t.grant.Subject(), Issuer: i.issuer,
		AuthTime: t.grant.AuthTime.Unix(), ACR: t.grant.ACR, AMR: t.grant.AMR,
	}
	if t.grant.JKT != "" {
		told.Confirmation = &Confirmation{JKT: t.grant.JKT}
	}
	return told, Check{Key: t.grant.Key, JTI: t.grant.JTI, ClientID: c.ID, Needs: t.grant.Needs, Refresh: t.secret.Hash()}
}

// RevokeToken ends a token of the client (RFC 7009 section 2.1): a refresh token
// with everything that came from its code, an access token alone. Any other text
// is as good as revoked. An error is trouble with keys or store.
func (i *Issuer) RevokeToken(ctx context.Context, c *client.Client, raw string, apis func(string) *client.API) error {
	if t, err := i.openRefresh(c.ID, raw); err == nil {
		return i.grants.Revoke(ctx, t.grant.Key, t.grant.JTI, c.ID, i.outlives(c, &t.grant, apis))
	}
	access, err := i.verifyAccess(raw, time.Now())
	if errors.Is(err, ErrNotReady) {
		return err
	}
	if err != nil || access.ClientID != c.ID {
		return nil //nolint:nilerr // as good as revoked
	}
	key, _, err := i.OpenGrantID(c.ID, access.GrantID)
	if err != nil {
		return nil //nolint:nilerr // likewise
	}
	// Longer than any clock of ours is behind.
	return i.grants.Revoke(ctx, key, access.JTI, c.ID, max(time.Until(time.Unix(access.Expires, 0)), 0)+time.Minute)
}

// over tells a refusal of the store from trouble with it.
func over(err error) bool {
	var absent session.Absence
	return errors.As(err, &absent) || errors.Is(err, ErrRevoked) || errors.Is(err, ErrNotGranted) ||
		errors.Is(err, ErrExpired) || errors.Is(err, ErrReused)
}

// Types of access tokens, and the schemes by which they are sent (RFC 6750 section
// 2.1, RFC 9449 section 7.1).
const (
	Bearer = "Bearer"
	DPoP   = "DPoP"
)

// TypeOf is the token_type of an access token that is bound to this key, "" for
// none (RFC 9449 section 5).
func TypeOf(jkt string) string {
	if jkt != "" {
		return DPoP
	}
	return Bearer
}
