package authorize

import (
	"context"
	"crypto/rand"
	"errors"

	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/silent"
)

// amrPassword says how a password sign-in proves who someone is (RFC 8176 section
// 2).
var amrPassword = []string{"pwd"}

// SignIn answers a sign-in form. On success the Outcome carries the browser's
// new handle, whatever comes next.
func (s *Service) SignIn(ctx context.Context, sealed, username, password string, b Browser) Outcome {
	f, refused := s.open(ctx, sealed, b)
	if refused != nil {
		return *refused
	}
	again := func(a Ask) Outcome {
		a.Step, a.Login = silent.StepLogin, username
		out := s.ask(f.q, b, f.current, f.Done, a)
		if u, known := s.Directory().ByUsername(username); known {
			out.UserID = u.ID // a name that nobody has may be a password
		}
		return out
	}
	if !f.boundTo(b) || f.Step != silent.StepLogin {
		return again(Ask{Problem: ProblemForm})
	}
	user, generation, err := s.Authenticate(ctx, login.Credentials{
		Username: username, Password: password, Browser: b.Binding, Address: b.Address,
	})
	if err != nil {
		return again(problemOf(err))
	}
	first, err := s.Forms.MarkUsed(ctx, f.ID, rand.Text(), formLifetime)
	if err != nil {
		return again(problemOf(err))
	}
	if !first {
		// Sent twice, or from the history of a shared computer: the request
		// starts again and what the form held counts for nothing.
		return s.decide(ctx, f.q, b, progress{})
	}
	handle, err := s.startSession(ctx, f.q, user, generation, b)
	if err != nil {
		return again(problemOf(err))
	}
	account := SignedIn{Handle: handle, Group: f.q.client.SSOGroup, UserID: user.ID}
	out := s.decide(ctx, f.q, b.with(account), progress{SignedIn: true, Chosen: true})
	out.SignedIn = &account
	return out
}

// problemOf says why a sign-in is asked for again. What is none of the answers
// that login and session name is trouble with the store.
func problemOf(err error) Ask {
	throttled, ended := (*login.ThrottledError)(nil), session.Absence("")
	switch {
	case errors.As(err, &throttled):
		return Ask{Problem: ProblemThrottled, Wait: throttled.Wait, Cause: err}
	case errors.Is(err, login.ErrCredentials):
		return Ask{Problem: ProblemCredentials}
	case errors.Is(err, login.ErrDisabled):
		return Ask{Problem: ProblemDisabled}
	case errors.Is(err, session.ErrFull):
		return Ask{Problem: ProblemFull}
	case errors.Is(err, login.ErrBusy):
		return Ask{Problem: ProblemBusy, Cause: err}
	case errors.As(err, &ended): // every session of the user was ended meanwhile
		return Ask{Problem: ProblemForm}
	}
	return Ask{Problem: ProblemStore, Cause: err}
}

// Authenticate checks credentials. The user's generation is read first, so
// that "sign out everywhere" during the check wins. A name that nobody has
// costs the same trip.
func (s *Service) Authenticate(ctx context.Context, c login.Credentials) (login.User, string, error) {
	id := "nobody"
	directory := s.Directory()
	if u, ok := directory.ByUsername(c.Username); ok {
		id = u.ID
	}
	generation, err := s.Sessions.Generation(ctx, id)
	if err != nil {
		return login.User{}, "", err
	}
	user, err := s.Login.Authenticate(ctx, directory, c)
	return user, generation, err
}

func (s *Service) startSession(ctx context.Context, q *request, user login.User, generation string, b Browser) (session.Handle, error) {
	current := b.account(q.client.SSOGroup)
	if !current.Handle.IsZero() && current.UserID != user.ID {
		if err := s.replace(ctx, current.Handle); err != nil {
			return session.Handle{}, err
		}
		current = SignedIn{}
	}
	h, err := s.Sessions.Start(ctx, session.SignIn{
		UserID: user.ID, Generation: generation, ACR: s.ACR.Reached(amrPassword, q.acr.Most), AMR: amrPassword,
		Group: q.client.SSOGroup, Current: current.Handle, Device: b.Device, Credential: user.CredentialVersion(),
	})
	if err != nil {
		return session.Handle{}, err
	}
	return h, s.Sessions.Activate(ctx, h.Key)
}

// replace ends what the browser held of another user, if it still opens it: an
// old copy of a cookie ends nothing.
func (s *Service) replace(ctx context.Context, h session.Handle) error {
	_, _, err := s.Sessions.Resolve(ctx, session.Query{Handle: h})
	if absent := session.Absence(""); errors.As(err, &absent) || errors.Is(err, session.ErrUnreadable) {
		return nil
	}
	if err == nil {
		_, err = s.Sessions.End(ctx, h.Key, session.Replaced)
	}
	return err
}

// Choose answers the account page: go on as the account that is signed in, or
// sign in as another one.
func (s *Service) Choose(ctx context.Context, sealed string, goOn bool, b Browser) Outcome {
	f, refused := s.open(ctx, sealed, b)
	if refused != nil {
		return *refused
	}
	if !goOn {
		return s.ask(f.q, b, nil, f.Done, Ask{Step: silent.StepLogin})
	}
	f.Done.Chosen = f.current != nil && f.Step == silent.StepSelect
	return s.decide(ctx, f.q, b, f.Done)
}
