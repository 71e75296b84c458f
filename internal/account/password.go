package account

import (
	"cmp"
	"context"
	"errors"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/session"
)

// Why a password is not changed, beside what [login.User.CheckNew] and
// [login.Throttle.Authenticate] say.
var (
	ErrFixed  = errors.New("account: the password cannot be changed here")
	ErrDiffer = errors.New("account: the new password was typed in two ways")
	ErrSame   = errors.New("account: the new password is the old one")
	ErrOver   = errors.New("account: the session was ended meanwhile")
)

// Change is a form that was filled in.
type Change struct {
	Current, Next, Again string
	Browser              authorize.Browser // that it came from
}

// Changed is what is left to do when a password was changed, or was not.
type Changed struct {
	// Accounts have the secrets that the browser must hold from now on, whatever
	// the error is.
	Accounts []authorize.SignedIn
	Others   []session.Ended
	// Cause says why sessions elsewhere were not all ended although the password
	// is another: they open nothing any more, but their apps were not told.
	Cause error
}

// CanChange tells whether the visitor's password can be changed here.
func (s *Service) CanChange(v Visitor) bool {
	return s.Passwords != nil && v.User.PasswordHash != "" && s.Passwords.CanChange(v.User.ID)
}

// ChangePassword gives the visitor another password and ends every session that
// an older one opened but those of the browser at hand, which get new secrets.
// Whoever changes it must know the current one, and is throttled as at a sign-in. Who
// has a second factor gave it just now; else the error is [ErrNotRecent].
//
// The browser's sessions name both passwords before the new one stands, and so
// count on every node whichever it has read.
func (s *Service) ChangePassword(ctx context.Context, v Visitor, c Change) (Changed, error) {
	switch {
	case !s.CanChange(v):
		return Changed{}, ErrFixed
	case c.Next != c.Again:
		return Changed{}, ErrDiffer
	case c.Next == c.Current:
		return Changed{}, ErrSame
	}
	if err := v.User.CheckNew(c.Next); err != nil {
		return Changed{}, err
	}
	given, err := s.factorGiven(ctx, v)
	if err != nil {
		return Changed{}, err
	}
	user, generation, err := s.Flows.Authenticate(ctx, login.Credentials{
		Username: v.User.Username, Password: c.Current, Browser: c.Browser.Binding, Address: c.Browser.Address,
	})
	if err != nil {
		return Changed{}, err
	}
	if first, err := s.first(ctx, v); err != nil || !first {
		return Changed{}, cmp.Or(err, ErrForm)
	}
	hash := login.HashPassword(c.Next)
	done, err := s.renew(ctx, v, authorize.Proof{
		User: user, Generation: generation, Credential: user.CredentialVersion() + " " + login.VersionOf(hash), Device: c.Browser.Device, Factor: given,
	})
	if err != nil {
		return done, err
	}
	if err := s.Passwords.Change(ctx, user.ID, user.PasswordHash, hash); err != nil {
		return done, err
	}
	done.Others, done.Cause = s.Flows.Sessions.EndUser(ctx, user.ID, session.PasswordChanged, func(l session.Listed) bool {
		return v.owns(l.Key)
	})
	return done, nil
}

// renew gives the browser's own sessions new secrets, and the password to come
// beside the one that was shown.
func (s *Service) renew(ctx context.Context, v Visitor, p authorize.Proof) (Changed, error) {
	var done Changed
	for _, o := range v.Own {
		account, err := s.Flows.GoOn(ctx, o.SignedIn, o.Session, p)
		if over(err) {
			return done, ErrOver
		}
		if err != nil {
			return done, err
		}
		done.Accounts = append(done.Accounts, account)
	}
	return done, nil
}
