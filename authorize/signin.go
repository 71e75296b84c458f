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

// Attempt is what a person put into the sign-in form.
type Attempt struct {
	Username, Password string
	Remember           bool // asks to stay signed in
}

// SignIn answers a sign-in form. On success the Outcome carries what the browser
// holds from now on, whatever comes next.
func (s *Service) SignIn(ctx context.Context, sealed string, at Attempt, b Browser) Outcome {
	f, refused := s.open(ctx, sealed, b)
	if refused != nil {
		return *refused
	}
	again := func(a Ask) Outcome {
		a.Step, a.Login, a.Remember = silent.StepLogin, at.Username, at.Remember
		out := s.ask(f.q, b, f.current, f.Done, a)
		if u, known := s.Directory().ByUsername(at.Username); known {
			out.UserID = u.ID // a name that nobody has may be a password
		}
		return out
	}
	if !f.boundTo(b) || f.Step != silent.StepLogin {
		return again(Ask{Problem: ProblemForm})
	}
	user, generation, err := s.Authenticate(ctx, login.Credentials{
		Username: at.Username, Password: at.Password, Browser: b.Binding, Address: b.Address,
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
	account, seen, err := s.startSession(ctx, f.q, user, generation, at, b)
	if err != nil {
		return again(problemOf(err))
	}
	held := holding(b.Accounts, seen, account)
	b.Cookie, b.Accounts = silent.CookiePresent, held
	out := s.decide(ctx, f.q, b, progress{SignedIn: true, Chosen: true, account: account})
	out.SignedIn = true
	return s.noted(out, held)
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

// startSession signs a browser in, and returns what was seen of what it held
// before.
func (s *Service) startSession(ctx context.Context, q *request, user login.User, generation string, at Attempt, b Browser) (SignedIn, []session.Seen, error) {
	group := q.client.SSOGroup
	account := SignedIn{Group: group, UserID: user.ID, Kept: at.Remember && s.Sessions.CanRemember(group)}
	seen, err := s.gather(ctx, q, b, account)
	if err == nil {
		err = s.makeRoom(ctx, b.Accounts, seen, account)
	}
	if err != nil {
		return account, nil, err
	}
	account.Handle, err = s.Sessions.Start(ctx, session.SignIn{
		UserID: user.ID, Generation: generation, ACR: s.ACR.Reached(amrPassword, q.acr.Most), AMR: amrPassword,
		Group: group, Current: b.of(group, user.ID).Handle, Remember: account.Kept, Device: b.Device, Credential: user.CredentialVersion(),
	})
	if err != nil {
		return account, nil, err
	}
	return account, seen, s.Sessions.Activate(ctx, account.Handle.Key)
}
