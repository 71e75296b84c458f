package authorize

import (
	"context"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/token"
)

// Inspect tells an app about its own tokens and an API about those for it (RFC
// 7662); nil where there is nothing to tell. Every error is an *oauth.Error, for
// an outage.
func (s *Service) Inspect(ctx context.Context, a token.Asker, raw string) (*token.Inspected, error) {
	told, err := s.Tokens.Inspect(ctx, a, raw)
	if err != nil {
		return nil, refusalOf(err)
	}
	if told == nil {
		return nil, nil
	}
	c, err := s.Find(ctx, told.ClientID)
	if err != nil {
		return nil, err
	}
	user, gone := s.owner(told.UserID, told.Credential)
	if c == nil || gone != "" || told.Subject != s.Tokens.Subject(c, user.ID) {
		return nil, nil
	}
	told.ACR = s.acrNow(told.ACR, told.AMR, told.Now.Sub(time.Unix(told.AuthTime, 0)))
	return told, nil
}

// Revoke ends a token of an app that has proved who it is (RFC 7009). What is no
// token of the app's is as good as revoked. Every error is an *oauth.Error, for
// an outage.
func (s *Service) Revoke(ctx context.Context, c *client.Client, raw string) error {
	if err := s.Tokens.RevokeToken(ctx, c, raw, s.Clients().API); err != nil {
		return refusalOf(err)
	}
	return nil
}
