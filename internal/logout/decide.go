package logout

import (
	"context"
	"errors"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/session"
)

// Decision is what becomes of a request: sessions that end at once, or people
// who are signed in and are asked first. With neither nobody is signed in.
type Decision struct {
	End []authorize.SignedIn
	All bool // of End: nobody is signed in afterwards
	Ask []authorize.Account
}

// Decide holds a request against what a browser is signed in with. Only an ID
// token that names the user whom the app shares a session with spares the
// question (section 2), and it ends that user's sessions only: any page can send a
// browser here. An error means that the store could not tell who is signed in.
func (s *Service) Decide(ctx context.Context, q Request, accounts []authorize.SignedIn) (Decision, error) {
	accounts = authorize.Current(accounts)
	user, err := s.named(ctx, q, accounts)
	if err != nil {
		return Decision{}, err
	}
	if user != "" {
		var d Decision
		for _, a := range accounts {
			if a.UserID == user {
				d.End = append(d.End, a)
			}
		}
		d.All = len(d.End) == len(accounts)
		return d, nil
	}
	return s.present(ctx, accounts)
}

// named returns the user id that the request's hints name among the accounts, ""
// for none. An id never changes its session's user, so that no session is read.
func (s *Service) named(ctx context.Context, q Request, accounts []authorize.SignedIn) (string, error) {
	if q.Subject == "" {
		return "", nil
	}
	c, err := s.Find(ctx, q.ClientID)
	if err != nil || c == nil {
		return "", err
	}
	for _, a := range accounts {
		if a.Group == c.SSOGroup && s.Tokens.Subject(c, a.UserID) == q.Subject && s.hinted(q, a.UserID) {
			return a.UserID, nil
		}
	}
	return "", nil
}

// hinted tells whether logout_hint contradicts: it may be left out, and name
// the user as the ID token does, by its session, or as for a sign-in.
func (s *Service) hinted(q Request, userID string) bool {
	if q.Hint == "" || q.Hint == q.Subject || q.Hint == q.SID {
		return true
	}
	user, known := s.Directory().ByUsername(q.Hint)
	return known && user.ID == userID
}

// present returns who is signed in. A damaged record is somebody's all the same.
func (s *Service) present(ctx context.Context, accounts []authorize.SignedIn) (Decision, error) {
	var d Decision
	for _, a := range accounts {
		current, _, err := s.Sessions.Resolve(ctx, session.Query{Handle: a.Handle, Scope: s.Scope})
		if absent := session.Absence(""); errors.As(err, &absent) {
			continue
		}
		if err != nil && !errors.Is(err, session.ErrUnreadable) {
			return Decision{}, err
		}
		user, _ := s.UserOf(a.UserID, current.Credential)
		d.Ask = append(d.Ask, authorize.AccountOf(user))
	}
	return d, nil
}
