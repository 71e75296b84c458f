package authorize

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"strings"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/token"
	"github.com/hush-sso/hush/internal/tracing"
	"github.com/hush-sso/hush/silent"
)

// Refresh exchanges a refresh token for an app that has proved who it is (RFC
// 6749 section 6, OpenID Connect Core 1.0 section 12). Every error is an
// *oauth.Error: invalid_grant for what is over, temporarily_unavailable for an
// outage, after which the token is as good as before or gets the answer that was
// lost. Of a refusal by rules the error is that of the silent path, and the Tokens say
// whose it was.
func (s *Service) Refresh(ctx context.Context, c *client.Client, r token.RefreshRequest, from AppRequest) (Tokens, error) {
	if !s.Tokens.Ready() {
		return Tokens{}, silent.Unavailable(token.ErrNotReady)
	}
	if err := s.shut(); err != nil {
		return Tokens{}, err
	}
	set := s.Clients()
	r.APIs, r.Activity = set.API, s.renewalCounts(c)
	within, span := tracing.Stage(ctx, "present")
	f, err := s.Tokens.PresentRefresh(within, c, r)
	span.End()
	if err != nil {
		return Tokens{}, refusalOf(err)
	}
	user, gone := s.owner(f.Grant.UserID, f.Credential)
	if gone != "" {
		return Tokens{}, token.StaleRefresh(nil, gone)
	}
	if f.Grant.Subject() != s.Tokens.Subject(c, user.ID) {
		return Tokens{}, token.StaleRefresh(nil, "The app knows the user by another sub since it was issued.")
	}
	if s.lacksFactor(c, f.Grant.AMR) {
		return Tokens{SID: f.Grant.SID, UserID: user.ID}, silent.FactorMissing()
	}
	if err := s.stillAllowed(ctx, c, set, f); err != nil {
		return Tokens{}, err
	}
	within, span = tracing.Stage(ctx, "rotate")
	t, err := s.refreshed(within, c, user, f, from)
	span.End()
	if f.Live {
		t.Evidence = Evidence{
			Key: f.Grant.Key, UserID: user.ID, Group: c.SSOGroup, AuthTime: f.Grant.AuthTime, Grant: f.Grant.JTI, Bound: f.Bound, Now: f.Now,
		}
	}
	return t, err
}

// refreshed returns the answer that the token was given, or gives it one. What it was
// given already no rule judges again: it is the very same.
func (s *Service) refreshed(ctx context.Context, c *client.Client, user login.User, f *token.Refresh, from AppRequest) (Tokens, error) {
	t, err := kept(f.Before)
	if err != nil || t.answers(f) {
		return t, err
	}
	if t, err := s.mayRefresh(ctx, c, user, f, from); err != nil {
		return t, err
	}
	own, err := s.tokens(c, user, f.Grant, f.API, f.Now, f.Next)
	if err != nil {
		return Tokens{}, err
	}
	if f.Before == nil {
		given, err := json.Marshal(own)
		if err != nil {
			return Tokens{}, silent.Unavailable(err)
		}
		answer, err := s.Tokens.Rotate(ctx, f, given)
		if err != nil {
			return Tokens{}, refusalOf(err)
		}
		if bytes.Equal(answer, given) {
			return own, nil
		}
		if t, err = kept(answer); err != nil || t.answers(f) {
			return t, err
		}
	}
	// Asked for at the same moment as something else: there is one successor all
	// the same.
	own.Refresh = t.Refresh
	return own, nil
}

// kept reads an answer that was given before.
func kept(answer []byte) (t Tokens, err error) {
	if answer == nil {
		return t, nil
	}
	if err := json.Unmarshal(answer, &t); err != nil {
		return Tokens{}, silent.Unavailable(err)
	}
	return t, nil
}

// answers tells whether t is what the request asks for.
func (t Tokens) answers(f *token.Refresh) bool {
	return t.Access != "" && t.JKT == f.Grant.JKT && t.For == audienceOf(f.API) && cmp.Or(t.Asked, t.Scope) == strings.Join(f.Grant.ScopesOf(f.API), " ")
}

// stillAllowed asks for consent where no session holds it any more: the one that
// the user gave is then all there is.
func (s *Service) stillAllowed(ctx context.Context, c *client.Client, set *client.Set, f *token.Refresh) error {
	if f.Live {
		return nil
	}
	var apis []*client.API
	for _, audience := range f.Grant.Audiences() {
		apis = append(apis, set.API(audience))
	}
	if skipsConsent(c, apis) {
		return nil
	}
	remembered, err := s.Consents.Remembered(ctx, f.Grant.UserID, c.ID)
	if err != nil {
		return silent.Unavailable(err)
	}
	if !remembered.Covers(f.Grant.Needs) {
		return token.StaleRefresh(nil, "The user no longer allows what it grants.")
	}
	return nil
}
