package authorize

import (
	"context"

	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/session"
)

// owner returns the user of a session that was opened by a credential of this
// version. Where they are in it no more, gone says why, in a sentence.
func (s *Service) owner(userID, credential string) (user login.User, gone string) {
	user, known := s.UserOf(userID, credential)
	switch {
	case !known || user.Disabled:
		return user, "The user's account is disabled or no longer exists."
	case !user.Proved(credential):
		return user, "The user's password was changed since, or how they sign in."
	}
	return user, ""
}

// versionsOf are all credentials that prove a user of the directory; "" for others.
func (s *Service) versionsOf(userID string) string {
	user, known := s.Directory().ByID(userID)
	if !known {
		return ""
	}
	return user.Versions()
}

// Proof is a user who proved once more who they are.
type Proof struct {
	User       login.User
	Generation string // as read before
	Credential string // versions of passwords that the session counts for from now on
	Device     string
	Factor     bool // they gave a second factor just now: what sessions say of it stays
}

// GoOn goes on with an account under a new secret, as after a sign-in: what the
// session was signed in for is kept as far as the password, and the factor, reach it. An
// account whose session was ended meanwhile gets another one. The error is a
// [session.Absence] where every session of the user was ended.
func (s *Service) GoOn(ctx context.Context, account SignedIn, was session.Session, p Proof) (SignedIn, error) {
	amr := amrPassword
	if p.Factor {
		amr = with(amr, was.AMR...)
	}
	h, err := s.Sessions.Start(ctx, session.SignIn{
		UserID: p.User.ID, Generation: p.Generation, ACR: s.ACR.Reached(amr, s.ACR.Rank(was.ACR)), AMR: amr,
		Group: account.Group, Current: account.Handle, Remember: was.Remembered, Device: p.Device, Credential: p.Credential,
	})
	if err != nil {
		return account, err
	}
	account.Handle = h
	return account, s.Sessions.Activate(ctx, h.Key)
}
