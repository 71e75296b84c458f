package authorize

import (
	"context"
	"errors"

	"github.com/hush-sso/hush/internal/upstream"
	"github.com/hush-sso/hush/session"
)

// SignedOutPath is where the browser comes back to that signed out at another provider,
// below the URL.
const SignedOutPath = "login/signedout"

// SignedInThere is the connection by which one of these accounts signed in, if who signs
// out is to be signed out there too: they ask for it, or the connection says so. nil for
// none. An error is an outage.
func (s *Service) SignedInThere(ctx context.Context, accounts []SignedIn, asked bool) (*upstream.Source, error) {
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
			return at, nil
		}
	}
	return nil, nil
}
