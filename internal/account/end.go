package account

import (
	"context"
	"errors"

	"github.com/hush-sso/hush/session"
)

// Ended is what became of a wish to sign out.
type Ended struct {
	Sessions []session.Ended
	Here     bool // the browser at hand is among them
}

// End signs the visitor out in one place. A place of anybody else is [ErrForm].
// An error means that the visitor may still be signed in there.
func (s *Service) End(ctx context.Context, v Visitor, place string) (Ended, error) {
	key, err := s.key(v, place)
	if err != nil {
		return Ended{}, err
	}
	is, err := s.Flows.Sessions.Describe(ctx, key)
	if err != nil {
		return Ended{}, err
	}
	if is.UserID != "" && is.UserID != v.User.ID {
		return Ended{}, ErrForm // a key never changes its user: somebody wrote to the store
	}
	why := session.Revoked
	if v.owns(key) {
		why = session.SignedOut
	}
	e, err := s.Flows.Sessions.End(ctx, key, why)
	if err != nil {
		return Ended{}, err
	}
	return Ended{Sessions: []session.Ended{e}, Here: v.owns(key)}, nil
}

// key is the session that a place names.
func (s *Service) key(v Visitor, place string) (session.Key, error) {
	plain, err := s.places.Open(place, v.User.ID)
	if err != nil || len(plain) != len(session.Key{}) {
		return session.Key{}, ErrForm
	}
	return session.Key(plain), nil
}

// EndOthers signs the visitor out everywhere but in the browser at hand, sign-ins
// under way included.
func (s *Service) EndOthers(ctx context.Context, v Visitor) (Ended, error) {
	all, err := s.Flows.Sessions.EndUser(ctx, v.User.ID, session.Revoked, func(l session.Listed) bool { return v.owns(l.Key) })
	return Ended{Sessions: all}, err
}

// over tells the end of a session from trouble with the store.
func over(err error) bool {
	var absent session.Absence
	return errors.As(err, &absent)
}
