package authorize

import (
	"cmp"
	"context"
	"net/netip"
	"slices"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/metadata"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/rules"
	"github.com/hush-sso/hush/session"
)

// occasion is one authentication that rules are to judge.
type occasion struct {
	client   *client.Client
	user     login.User
	protocol string   // one of rules.Protocol*
	original string   // the same, where protocol is ProtocolRedirect
	scopes   []string // that would be granted
	amr      []string
	signedIn time.Time // when the user proved who they are

	key    session.Key // of the session; zero: there is none yet
	sid    string      // that it has, or will
	there  bool        // it was there before this request
	passed string      // version of the set that passed for as much in it; "": none
	count  bool        // count an interactive sign-in
	silent bool        // nobody can be asked anything

	request rules.Request
}

// occasion is a request that is granted as far as the session goes.
func (s *Service) occasion(q *request, b Browser, done progress, f found) occasion {
	user, _ := s.holderOf(f.Session)
	o := occasion{
		client: q.client, user: user, protocol: q.protocol(), scopes: q.wishes.named.Judged(q.scopes),
		amr: f.Session.AMR, signedIn: f.Session.AuthTime,
		key: f.Session.Key, sid: f.Session.SID, there: !done.SignedIn,
		silent: q.prompt.None() || b.Embedded, request: s.told(q, b),
	}
	if f.Session.PassedFor.Covers(q.needs) {
		o.passed = f.Session.Passed
	}
	return o.from(done.back)
}

// from is an occasion for who comes back from where a rule had sent them, if they do.
func (o occasion) from(back *Back) occasion {
	if back == nil {
		return o
	}
	o.protocol, o.original, o.count = rules.ProtocolRedirect, o.protocol, false
	o.request.Query, o.request.Body = back.Query, back.Body
	if back.Body == nil {
		o.request.Body = map[string]string{}
	}
	return o
}

// protocol is how rules know the response types.
func (q *request) protocol() string {
	tokens := q.types.Has(oauth.ResponseToken) || q.types.Has(oauth.ResponseIDToken)
	switch code := q.types.Has(oauth.ResponseCode); {
	case tokens && code:
		return rules.ProtocolHybrid
	case tokens:
		return rules.ProtocolImplicit
	}
	return rules.ProtocolCode
}

// told is what rules are told of the browser's request: the parameters that wait,
// and no token.
func (s *Service) told(q *request, b Browser) rules.Request {
	r := s.requestOf(b.UserAgent, b.Address)
	for _, p := range q.params.Pairs() {
		if _, twice := r.Query[p.Name]; !twice && q.waits(p) && p.Name != "id_token_hint" {
			r.Query[p.Name] = p.Value
		}
	}
	return r
}

// requestOf is a request of which rules are told no parameters yet.
func (s *Service) requestOf(userAgent string, address netip.Addr) rules.Request {
	r := rules.Request{UserAgent: userAgent, Hostname: s.hostname, Query: map[string]string{}, Body: map[string]string{}}
	if address.IsValid() {
		r.IP = address.String()
	}
	return r
}

// input gathers what rules see. Beyond what is at hand it makes a trip for each of
// these: a sign-in to be counted, metadata, and the session's apps, where a rule reads
// them. An error is an outage.
func (s *Service) input(ctx context.Context, o occasion) (*rules.Input, error) {
	data, err := s.profile(ctx, o)
	if err != nil {
		return nil, err
	}
	apps, err := s.appsOf(ctx, o)
	if err != nil {
		return nil, err
	}
	user, by := s.ruledUser(o.user, data), s.signedInBy(&o.user)
	in := &rules.Input{Silent: o.silent, Passed: o.passed, User: user, Context: rules.Context{
		ClientID: o.client.ID, ClientName: o.client.Name, ClientMetadata: o.client.Metadata,
		Connection: by.Connection, ConnectionStrategy: by.Provider,
		Protocol: o.protocol, OriginalProtocol: o.original, SessionID: o.sid,
		Stats: rules.Stats{LoginsCount: data.Logins}, SSO: rules.SSO{WithAuth0: o.there, CurrentClients: apps},
		AccessToken:    rules.AccessToken{Scope: slices.Concat([]string{}, o.scopes)},
		Request:        o.request,
		Authentication: rules.Authentication{Methods: methods(o.amr, o.signedIn)},
		Authorization:  rules.Authorization{Roles: rules.RolesOf(user.AppMetadata)},
	}}
	if in.Context.ClientMetadata == nil {
		in.Context.ClientMetadata = map[string]string{}
	}
	return in, nil
}

// profile reads what is kept of the user, where a rule looks at it.
func (s *Service) profile(ctx context.Context, o occasion) (data rules.UserData, err error) {
	if s.Profiles == nil {
		return data, nil
	}
	var logins int64
	if o.count {
		if logins, err = s.Profiles.CountLogin(ctx, o.user.ID); err != nil {
			return data, err
		}
	}
	reads := []string{"app_metadata", "user_metadata", "roles", "authorization"}
	if !o.count {
		reads = append(reads, "stats", "loginsCount")
	}
	if slices.ContainsFunc(reads, s.Rules.Reads) {
		data, err = s.Profiles.Metadata(ctx, o.user.ID)
	}
	data.Logins = max(data.Logins, logins)
	return data, err
}

// appsOf are the apps that took part in the session.
func (s *Service) appsOf(ctx context.Context, o occasion) ([]string, error) {
	apps := []string{}
	if o.key == (session.Key{}) || !s.Rules.Reads("current_clients") {
		return apps, nil
	}
	listed, err := s.Sessions.Describe(ctx, o.key)
	for _, app := range listed.Apps {
		apps = append(apps, app.ClientID)
	}
	return apps, err
}

// ruledUser is a user as rules see them.
func (s *Service) ruledUser(u login.User, kept rules.UserData) rules.User {
	text := func(claim string) string {
		value, _ := u.Claims[claim].(string)
		return value
	}
	verified, _ := u.Claims["email_verified"].(bool)
	return rules.User{
		UserID: u.ID, Username: u.Username, Email: text("email"), EmailVerified: verified,
		Name: text("name"), GivenName: text("given_name"), FamilyName: text("family_name"),
		Nickname: text("nickname"), Picture: text("picture"),
		Identities:  s.identities(&u),
		AppMetadata: metadata.Over(u.AppMetadata, kept.App), UserMetadata: metadata.Over(u.UserMetadata, kept.User), Claims: u.Claims,
	}
}

// database is what rules are told of our own directory.
func (s *Service) database() string { return cmp.Or(s.Connection, rules.DefaultConnection) }

// signedInBy is the identity by which the user signed in for the session at hand.
func (s *Service) signedInBy(u *login.User) rules.Identity {
	if v := u.Vouched; v != nil {
		return rules.Identity{Connection: v.Connection, Provider: v.Strategy, UserID: v.Subject}
	}
	return rules.Identity{Connection: s.database(), Provider: cmp.Or(s.ConnectionStrategy, rules.DefaultStrategy), UserID: u.ID}
}

// identities are all of a user, the one in the directory first.
func (s *Service) identities(u *login.User) []rules.Identity {
	if v := u.Vouched; v != nil && v.UserID() == u.ID {
		return []rules.Identity{s.signedInBy(u)}
	}
	own := *u
	own.Vouched = nil
	list := []rules.Identity{s.signedInBy(&own)}
	for _, i := range u.Identities {
		at := rules.Identity{Connection: i.Connection, UserID: i.Subject}
		if c := s.Upstreams.Named(i.Connection); c != nil {
			at.Provider = c.Strategy
		} else if d := s.Directories.Named(i.Connection); d != nil {
			at.Provider = d.Strategy
		}
		list = append(list, at)
	}
	return list
}

// methods are the ways in which the user proved who they are.
func methods(amr []string, at time.Time) []rules.Method {
	list := make([]rules.Method, len(amr))
	for i, name := range amr {
		list[i] = rules.Method{Name: name, Timestamp: at.UnixMilli()}
	}
	return list
}
