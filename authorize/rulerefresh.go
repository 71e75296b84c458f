package authorize

import (
	"context"
	"net/netip"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/rules"
	"github.com/hush-sso/hush/internal/token"
	"github.com/hush-sso/hush/silent"
)

// AppRequest is what rules are told of an app's own request.
type AppRequest struct {
	UserAgent string
	Address   netip.Addr
	Params    oauth.Params
}

// toldOfApps are the parameters of the token endpoint that are no credentials.
var toldOfApps = []string{"grant_type", "client_id", "scope", "audience", "resource"}

// toldOfApp is an AppRequest as rules see it.
func (s *Service) toldOfApp(from AppRequest) rules.Request {
	r := s.requestOf(from.UserAgent, from.Address)
	for _, name := range toldOfApps {
		if value := from.Params.Get(name); value != "" {
			r.Body[name] = value
		}
	}
	return r
}

// mayRefresh has the rules judge a refresh before the token is spent, so that a refusal
// leaves the family as it was. All of them run: what passed for the app in its session
// was another way in, and after a refusal it counts there no more. What they say is
// told as on the silent path, with the same codes; only Rule, SID and UserID of the
// tokens are filled, for the log.
func (s *Service) mayRefresh(ctx context.Context, c *client.Client, user login.User, f *token.Refresh, from AppRequest) (Tokens, error) {
	if s.Rules == nil {
		return Tokens{}, nil
	}
	o := occasion{
		client: c, user: user, protocol: rules.ProtocolRefresh, scopes: f.Grant.Judged(f.API),
		amr: f.Grant.AMR, signedIn: f.Grant.AuthTime, sid: f.Grant.SID, there: true, silent: true,
		request: s.toldOfApp(from),
	}
	if f.Live {
		o.key = f.Grant.Key
	}
	began := time.Now()
	in, err := s.input(ctx, o)
	if err != nil {
		return Tokens{}, silent.Unavailable(err)
	}
	r, refused := s.verdict(ctx, in, f.Grant.AMR)
	if (refused != nil || r.Verdict.Takes()) && s.Rules.Skips() && f.Live {
		if err := s.Sessions.Unpass(ctx, f.Grant.Key, c.ID); err != nil {
			return Tokens{}, silent.Unavailable(err)
		}
	}
	if refused != nil {
		return Tokens{Rule: r.Verdict.Rule, SID: f.Grant.SID, UserID: user.ID}, refused
	}
	f.Grant.Effects = r.effects.Narrow(f.Grant.Effects)
	if f.Before != nil && time.Since(began) > slow { // else the rotation judges it again
		return Tokens{}, s.stillGood(ctx, f)
	}
	return Tokens{}, nil
}

// stillGood looks whether what is refreshed was ended while the rules ran.
func (s *Service) stillGood(ctx context.Context, f *token.Refresh) error {
	if err := s.Tokens.Recheck(ctx, f); err != nil {
		return refusalOf(err)
	}
	return nil
}
