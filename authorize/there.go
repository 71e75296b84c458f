package authorize

import (
	"context"
	"crypto/rand"
	"errors"

	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/upstream"
	"github.com/hush-sso/hush/session"
)

// SignedOutPath is where the browser comes back to that signed out at another provider,
// below the URL.
const SignedOutPath = "login/signedout"

// The ID token that somebody signed in by waits, sealed, under a name that their session
// has, and is read once they sign out there: a session would carry it at each request.

const waitHint = "upstream hint"

// keepHint keeps it as long as the session may live. Without it one signs out there all
// the same, so an outage here is none.
func (s *Service) keepHint(ctx context.Context, at *upstream.Source, q *request, remember bool, raw string) (id string) {
	if raw == "" {
		return ""
	}
	life := s.Sessions.LifetimeIn(q.client.SSOGroup, remember)
	if at.MaxSession > 0 {
		life = min(life, at.MaxSession)
	}
	id = rand.Text()
	if s.Waiting.Await(ctx, id, s.Vouched.Seal([]byte(raw), waitHint, id), life) != nil {
		return ""
	}
	return id
}

// hintOf returns it, "" where there is none any more, or none of this provider.
func (s *Service) hintOf(ctx context.Context, at *upstream.Source, v *login.Vouched) (string, error) {
	if v.Hint == "" || v.Issuer != at.Issuer {
		return "", nil
	}
	text, err := s.Waiting.Awaited(ctx, v.Hint)
	if err != nil || text == "" {
		return "", err
	}
	plain, err := s.Vouched.Open(text, waitHint, v.Hint)
	if err != nil {
		return "", nil //nolint:nilerr // under a secret that is gone
	}
	return string(plain), nil
}

// There is another provider that somebody is to be signed out at too.
type There struct {
	at   *upstream.Source
	hint string // their ID token of its; "" for none
}

// EndSession is where the browser goes for that; see [upstream.Source.EndSession].
func (t *There) EndSession(ctx context.Context, back, state string) (string, error) {
	return t.at.EndSession(ctx, back, state, t.hint)
}

// SignedInThere is where one of these accounts signed in, if who signs out is to be
// signed out there too: they ask for it, or the connection says so. nil for nowhere. An
// error is an outage.
func (s *Service) SignedInThere(ctx context.Context, accounts []SignedIn, asked bool) (*There, error) {
	if len(s.Upstreams.All()) == 0 {
		return nil, nil
	}
	for _, a := range Current(accounts) {
		current, _, err := s.Sessions.Resolve(ctx, session.Query{Handle: a.Handle, Scope: s.scope()})
		if absent := session.Absence(""); errors.As(err, &absent) || errors.Is(err, session.ErrUnreadable) {
			continue
		}
		if err != nil {
			return nil, err
		}
		v := s.vouched(current.UserID, current.Credential)
		if v == nil || !a.Opens(&current) {
			continue
		}
		if at := s.Upstreams.Named(v.Connection); at != nil && (asked || at.Logout) {
			hint, err := s.hintOf(ctx, at, v)
			return &There{at, hint}, err
		}
	}
	return nil, nil
}
