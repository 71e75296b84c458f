package account

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/seal"
	"github.com/hush-sso/hush/session"
)

// Passwords are where passwords stand that their users may change.
type Passwords interface {
	// CanChange tells whether the user's can be.
	CanChange(userID string) bool
	// Change puts the hash next in the place of was. When it returns nil, requests
	// that begin on this node know no other, and the change outlives the process
	// where the directory does. [login.ErrMoved]: the user's hash is not was any more.
	Change(ctx context.Context, userID, was, next string) error
}

// Config is what a Service works with. Fields are required unless they say so.
type Config struct {
	Flows   *authorize.Service
	Keyring *seal.Keyring
	// Passwords is optional; default: nobody can change theirs.
	Passwords Passwords
}

// Service answers for all users. It is safe for concurrent use.
type Service struct {
	Config
	forms, places, others *seal.Box
}

// New returns a Service.
func New(c Config) *Service {
	return &Service{
		Config: c, forms: c.Keyring.Box("account form"), places: c.Keyring.Box("account place"), others: c.Keyring.Box("account page"),
	}
}

// Visitor is a user who is signed in in the browser at hand.
type Visitor struct {
	User login.User
	Own  []Own     // at least one, the one that was used for signing in last first
	Now  time.Time // the store's

	form string // id of the form that came back
}

// Own is a live session of the browser at hand.
type Own struct {
	authorize.SignedIn
	Session session.Session
}

// owns tells whether the session is of the visitor's own browser.
func (v *Visitor) owns(key session.Key) bool {
	return slices.ContainsFunc(v.Own, func(o Own) bool { return o.Handle.Key == key })
}

// Visitors returns the users who are signed in with the accounts of a browser. A
// session that is over, not finished, of a user who is disabled or of an older
// password is none. An error means that the store could not tell.
func (s *Service) Visitors(ctx context.Context, accounts []authorize.SignedIn) ([]Visitor, error) {
	var list []Visitor
	for _, a := range authorize.Current(accounts) {
		current, now, err := s.Flows.Sessions.Resolve(ctx, session.Query{Handle: a.Handle})
		if absent := session.Absence(""); errors.As(err, &absent) || errors.Is(err, session.ErrUnreadable) {
			continue
		}
		if err != nil {
			return nil, err
		}
		user, known := s.Flows.UserOf(current.UserID, current.Credential)
		if !known || user.Disabled || !user.Proved(current.Credential) || !a.Opens(&current) {
			continue
		}
		i := slices.IndexFunc(list, func(v Visitor) bool { return v.User.ID == user.ID })
		if i < 0 {
			i, list = len(list), append(list, Visitor{User: user, Now: now})
		}
		list[i].Own = append(list[i].Own, Own{SignedIn: a, Session: current})
	}
	return list, nil
}
