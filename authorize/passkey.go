package authorize

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/hush-sso/hush/internal/factor"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/silent"
)

// A passkey stands for name and password where the device made sure that it is its
// user: that is two factors at once, what one has and what one knows or is. The
// challenge follows from the secret id of the sign-in form, so that an answer is good
// in one form, in one browser, once.

// PasskeyAttempt is what a passkey said in place of a name and a password.
type PasskeyAttempt struct {
	Answer   string // as factor.ReadAssertion takes it
	Remember bool
}

// errPasskey is a passkey that opens nothing. Nobody is told why, or whose it is.
var errPasskey = errors.New("authorize: this passkey signs nobody in")

// SignInPasskey answers a sign-in form by a passkey.
func (s *Service) SignInPasskey(ctx context.Context, sealed string, at PasskeyAttempt, b Browser) Outcome {
	f, refused := s.open(ctx, sealed, b)
	if refused != nil {
		return *refused
	}
	again := func(a Ask) Outcome {
		a.Step, a.Remember = silent.StepLogin, at.Remember
		return s.ask(ctx, f.q, b, f.current, f.Done, a)
	}
	if !f.boundTo(b) || f.Step != silent.StepLogin {
		return again(Ask{Problem: ProblemForm})
	}
	user, p, err := s.authenticatePasskey(ctx, factor.Challenge(f.ID), at.Answer)
	if err != nil {
		return again(problemOf(err))
	}
	p.Remember, p.Device = at.Remember, b.Device
	return s.enterBy(ctx, f, b, user, p, again)
}

// authenticatePasskey is Authenticate by a passkey. No guess finds a signature, so none
// is counted: wrong codes of somebody else keep no passkey out.
func (s *Service) authenticatePasskey(ctx context.Context, challenge, answer string) (user login.User, p proof, err error) {
	if err := s.shut(); err != nil {
		return user, p, err
	}
	if !s.passkeysAlone() {
		return user, p, errPasskey
	}
	a, err := factor.ReadAssertion(answer)
	if err != nil {
		return user, p, fmt.Errorf("%w: %w", errPasskey, err)
	}
	user, known := s.Factors.Owners.of(s.Directory(), s.Factors.Site, a.Handle())
	if !known {
		return user, p, fmt.Errorf("%w: nobody has its handle", errPasskey)
	}
	if user.OnlyElsewhere() {
		return user, p, fmt.Errorf("%w: %s signs in elsewhere, which may have ended it", errPasskey, user.ID)
	}
	generation, err := s.Sessions.Generation(ctx, user.ID) // before, as in Authenticate
	if err != nil {
		return user, p, err
	}
	shown, err := s.Factors.Keeper.UsePasskey(ctx, s.Factors.Site, user.ID, a, challenge, true, time.Now())
	switch {
	case guessed(err):
		return user, p, fmt.Errorf("%w: %w", errPasskey, err)
	case err != nil:
		return user, p, err
	case user.Disabled:
		return user, p, login.ErrDisabled
	}
	return user, proof{
		User: user.ID, Generation: generation, Credential: user.CredentialVersion(), AMR: with(shown.AMR(), silent.Multifactor),
	}, nil
}

// passkeysAlone tells whether they stand for a password.
func (s *Service) passkeysAlone() bool {
	return s.Factors != nil && s.Factors.Site != nil && s.Factors.Owners != nil
}

// passkeyFor is what a sign-in form with this id asks the browser for; nil: nothing.
func (s *Service) passkeyFor(formID string) *factor.Ceremony {
	if !s.passkeysAlone() {
		return nil
	}
	return s.Factors.Site.Alone(factor.Challenge(formID))
}

// Owners finds the users of a directory by the handles that their passkeys have. It is
// safe for concurrent use.
type Owners struct {
	mu  sync.Mutex
	in  *login.Directory
	ids map[string]string // HandleText -> user ID, of in
}

// of returns the user of a handle. The first that asks of a directory makes the list.
func (o *Owners) of(d *login.Directory, site *factor.Site, handle string) (user login.User, known bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.in != d {
		o.in, o.ids = d, make(map[string]string)
		for u := range d.Users() {
			o.ids[factor.HandleText(site.Handle(u.ID))] = u.ID
		}
	}
	id, known := o.ids[handle]
	if !known {
		return user, false
	}
	return d.ByID(id)
}
