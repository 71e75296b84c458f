package authorize

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/token"
	"github.com/hush-sso/hush/internal/tracing"
	"github.com/hush-sso/hush/silent"
)

// Tokens are what a code or a refresh token was exchanged for. The answer to a
// refresh is kept as their JSON for as long as it may be asked for again.
type Tokens struct {
	Access  string
	Type    string        // of the access token: Bearer, or DPoP where it is bound to a key
	Expires time.Duration // of the access token, from now
	Scope   string
	Asked   string `json:",omitempty"` // the scope before rules narrowed it; "" where they did not
	ID      string // "" where openid was not granted
	Refresh string // "" where offline_access was not
	For     string // the API's audience; "" for the userinfo endpoint
	JKT     string // of the key that the access token is bound to; "": none
	SID     string // for the log, as is
	UserID  string

	Rule string `json:"-"` // that refused a refresh, for the log

	// Evidence is what something may be planted on.
	Evidence Evidence `json:"-"`
}

var openID = oauth.NewGrants("", []string{"openid"})

// Exchange redeems a code for an app that has proved who it is. Every error is
// an *oauth.Error: invalid_grant for what the app got wrong or is over,
// temporarily_unavailable for an outage, before which the code stays good as
// far as it can.
func (s *Service) Exchange(ctx context.Context, c *client.Client, r token.RedeemRequest) (Tokens, error) {
	if !s.Tokens.Ready() {
		return Tokens{}, silent.Unavailable(token.ErrNotReady) // before the code is used up
	}
	if err := s.shut(); err != nil {
		return Tokens{}, err
	}
	r.APIs = s.Clients().API
	within, span := tracing.Stage(ctx, "redeem")
	d, err := s.Tokens.Redeem(within, c, r)
	span.End()
	if err != nil {
		return Tokens{}, refusalOf(err)
	}
	if d.Session.UserID != d.Grant.UserID {
		return Tokens{}, silent.Unavailable(errAltered)
	}
	user, gone := s.owner(d.Grant.UserID, d.Session.Credential)
	if gone != "" {
		return Tokens{}, oauth.Errorf(oauth.InvalidGrant, "%s", gone)
	}
	if d.Grant.Subject() != s.Tokens.Subject(c, user.ID) {
		return Tokens{}, oauth.Errorf(oauth.InvalidGrant, "The app knows the user by another sub since the code was made.")
	}
	_, span = tracing.Stage(ctx, "mint")
	t, err := s.tokens(c, user, d.Grant, d.API, d.Now, d.Refresh)
	span.End()
	t.Evidence = Evidence{
		Key: d.Grant.Key, UserID: user.ID, Group: d.Session.Group, AuthTime: d.Grant.AuthTime, Grant: d.Grant.JTI,
		Code: true, TopLevel: d.Grant.TopLevel, Bound: d.Session.Bound, Now: d.Now,
	}
	return t, err
}

// tokens mints what the token endpoint answers with.
func (s *Service) tokens(c *client.Client, user login.User, g token.Grant, api *client.API, now time.Time, refresh string) (Tokens, error) {
	g = s.faded(g, now)
	t := Tokens{
		Scope: g.AccessScope(api), Refresh: refresh, For: audienceOf(api), Type: token.TypeOf(g.JKT), JKT: g.JKT, SID: g.SID, UserID: g.UserID,
	}
	if asked := strings.Join(g.ScopesOf(api), " "); asked != t.Scope {
		t.Asked = asked
	}
	var err error
	if t.Access, t.Expires, err = s.Tokens.AccessToken(g, api, tokenUser(user), now, false); err != nil {
		return Tokens{}, refusalOf(err)
	}
	if g.Needs.Covers(openID) {
		if t.ID, err = s.Tokens.IDToken(c, g, tokenUser(user), now, t.Access, ""); err != nil {
			return Tokens{}, refusalOf(err)
		}
	}
	return t, nil
}

// audienceOf is "" for the userinfo endpoint.
func audienceOf(api *client.API) string {
	if api == nil {
		return ""
	}
	return api.Audience
}

// refusalOf keeps a refusal and makes everything else an outage.
func refusalOf(err error) error {
	if refused := (*oauth.Error)(nil); errors.As(err, &refused) {
		return refused
	}
	return silent.Unavailable(err)
}

// tokenUser is the directory's user as tokens show them.
func tokenUser(u login.User) token.User {
	return token.User{ID: u.ID, Username: u.Username, Claims: u.Claims, AppMetadata: u.AppMetadata, UserMetadata: u.UserMetadata}
}

// UserInfo is what an app is told about a user: claims, or the same as a signed
// JWT where that is what the app registered.
type UserInfo struct {
	Client *client.Client // who is told; nil where a refusal came first
	Claims map[string]any
	JWT    string
}

// UserInfo returns what an access token may know of its user (OpenID Connect
// Core 1.0 section 5.3), and the token's own claims for the log. A token is
// good as long as its session and its grant are: the store is asked each time.
// Every error is an *oauth.Error.
func (s *Service) UserInfo(ctx context.Context, p token.Presented) (UserInfo, *token.AccessClaims, error) {
	var told UserInfo
	access, err := s.Tokens.Live(ctx, p, s.Tokens.UserinfoAudience(), openID)
	if err != nil {
		return told, access, refusalOf(err)
	}
	user, gone := s.owner(access.UserID, access.Credential)
	c, err := s.Find(ctx, access.ClientID)
	if err != nil {
		return told, access, err
	}
	told.Client = c
	if c == nil {
		return told, access, oauth.Errorf(oauth.InvalidToken, "The app of this token no longer exists.")
	}
	if gone != "" {
		return told, access, oauth.Errorf(oauth.InvalidToken, "%s", gone)
	}
	if access.Subject != s.Tokens.Subject(c, access.UserID) {
		return told, access, oauth.Errorf(oauth.InvalidToken, "The app knows the user by another sub since this token was made.")
	}
	told.Claims = access.TellUser(c, tokenUser(user))
	if c.UserInfoAlg != "" {
		if told.JWT, err = s.Tokens.SignUserInfo(c, told.Claims); err != nil {
			return told, access, refusalOf(err)
		}
	}
	return told, access, nil
}
