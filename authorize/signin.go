package authorize

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/tracing"
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
		out := s.ask(ctx, f.q, b, f.current, f.Done, a)
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
	return s.enterBy(ctx, f, b, user, s.passwordProof(&user, generation, at.Remember, b.Device), again)
}

// enterBy is enter by a form of ours, which is good once.
func (s *Service) enterBy(ctx context.Context, f *form, b Browser, user login.User, p proof, again func(Ask) Outcome) Outcome {
	first, err := s.Forms.MarkUsed(ctx, f.ID, rand.Text(), formLifetime)
	if err != nil {
		return again(problemOf(err))
	}
	if !first {
		// Sent twice, or from the history of a shared computer: the request
		// starts again and what the form held counts for nothing.
		return s.decide(ctx, f.q, b, progress{})
	}
	out, err := s.enter(ctx, f.q, b, user, p, nil)
	if err != nil {
		return again(problemOf(err))
	}
	return out
}

// passwordProof is of who gave a password: of ours, or of the directory that vouches for
// them.
func (s *Service) passwordProof(user *login.User, generation string, remember bool, device string) proof {
	p := proof{User: user.ID, Generation: generation, Credential: user.CredentialVersion(), Remember: remember, Device: device, AMR: amrPassword}
	if v := user.Vouched; v != nil {
		p.Credential, p.Connection = s.vouch(v, user.ID), v.Connection
		if at := s.Directories.Named(v.Connection); at != nil && at.MaxSession > 0 {
			p.Ends = time.Now().Add(at.MaxSession).Unix()
		}
	}
	return p
}

// enter signs a user in who proved who they are, if the rules let them: before they
// did, and a second factor is given where one is due, there is no session that could
// count anywhere. An error is one of those that
// session names. back is the browser that comes back from where a rule sent them, if
// it does.
func (s *Service) enter(ctx context.Context, q *request, b Browser, user login.User, p proof, back *Back) (Outcome, error) {
	if err := s.shut(); err != nil {
		return Outcome{}, err // no session that nothing tells of
	}
	entry, refused, err := s.mayEnter(ctx, q, b, user, p, back)
	if refused != nil || err != nil {
		return *cmp.Or(refused, &Outcome{}), err
	}
	if out, err := s.askFactor(ctx, q, b, user, p, entry); out != nil || err != nil {
		return *cmp.Or(out, &Outcome{}), err
	}
	return s.begin(ctx, q, b, user, p, entry)
}

// begin starts the session of a user whom nothing more stands against.
func (s *Service) begin(ctx context.Context, q *request, b Browser, user login.User, p proof, entry entry) (Outcome, error) {
	if err := s.shut(); err != nil {
		return Outcome{}, err
	}
	account := SignedIn{Group: q.client.SSOGroup, UserID: user.ID, Kept: p.Remember && s.Sessions.CanRemember(q.client.SSOGroup)}
	seen, err := s.startSession(ctx, q, &account, entry.sid, p, b)
	if err != nil {
		return Outcome{}, err
	}
	held := holding(b.Accounts, seen, account)
	b.Cookie, b.Accounts = silent.CookiePresent, held
	done := progress{SignedIn: true, Chosen: true, account: account, ruling: entry.ruling}
	if done.ruling != nil {
		done.ruling.About = s.matter(q, user.ID, account.Handle.Key)
	}
	out := s.decide(ctx, q, b, done)
	out.SignedIn, out.UserID, out.Via = true, cmp.Or(out.UserID, user.ID), p.Connection
	return s.noted(out, held), nil
}

// problemOf says why a sign-in is asked for again. What is none of the answers
// that login and session name is trouble with the store.
func problemOf(err error) Ask {
	throttled, there, ended := (*login.ThrottledError)(nil), (*login.ThereError)(nil), session.Absence("")
	switch {
	case errors.As(err, &there):
		return thereProblem(there)
	case errors.As(err, &throttled):
		return Ask{Problem: ProblemThrottled, Wait: throttled.Wait, Cause: err}
	case errors.Is(err, login.ErrCredentials):
		return Ask{Problem: ProblemCredentials}
	case errors.Is(err, login.ErrDisabled):
		return Ask{Problem: ProblemDisabled}
	case errors.Is(err, session.ErrFull):
		return Ask{Problem: ProblemFull}
	case errors.Is(err, errPasskey):
		return Ask{Problem: ProblemPasskey, Cause: err}
	case errors.Is(err, login.ErrBusy):
		return Ask{Problem: ProblemBusy, Cause: err}
	case errors.As(err, &ended): // every session of the user was ended meanwhile
		return Ask{Problem: ProblemForm}
	}
	return Ask{Problem: ProblemStore, Cause: err}
}

// AsksDirectories tells whether a sign-in may take as long as others take to answer.
func (s *Service) AsksDirectories() bool { return !s.Directories.Empty() }

// thereProblem is that of a directory that vouches for people.
func thereProblem(err *login.ThereError) Ask {
	a := Ask{Problem: ProblemAway, Connection: err.Directory, Cause: err}
	switch {
	case errors.Is(err, login.ErrStranger):
		a.Problem = ProblemStranger
	case errors.Is(err, login.ErrCredentials):
		a.Problem = ProblemCredentials
	case errors.Is(err, login.ErrUnusable):
		a.Problem = ProblemUpstream
	}
	return a
}

// Authenticate checks credentials. The user's generation is read first, so
// that "sign out everywhere" during the check wins. A name that nobody has
// costs the same trip.
func (s *Service) Authenticate(ctx context.Context, c login.Credentials) (login.User, string, error) {
	ctx, span := tracing.Stage(ctx, "password")
	defer span.End()
	if err := s.shut(); err != nil {
		return login.User{}, "", err // before a guess is told from a password
	}
	id := "nobody"
	directory := s.Directory()
	if u, ok := directory.ByUsername(c.Username); ok {
		id = u.ID
	}
	generation, err := s.Sessions.Generation(ctx, id)
	if err != nil {
		return login.User{}, "", err
	}
	if !s.Directories.Empty() {
		c.Elsewhere = s.Directories
		c.Found = func(ctx context.Context, userID string) (err error) {
			generation, err = s.Sessions.Generation(ctx, userID)
			return err
		}
	}
	user, err := s.Login.Authenticate(ctx, directory, c)
	return user, generation, err
}

// startSession signs a browser in, and returns what was seen of what it held
// before. sid is that of the session, if it is a new one.
func (s *Service) startSession(ctx context.Context, q *request, account *SignedIn, sid string, p proof, b Browser) ([]session.Seen, error) {
	ctx, span := tracing.Stage(ctx, "start session")
	defer span.End()
	seen, err := s.gather(ctx, q, b, *account)
	if err == nil {
		err = s.makeRoom(ctx, b.Accounts, seen, *account)
	}
	if err != nil {
		return nil, err
	}
	account.Handle, err = s.Sessions.Start(ctx, session.SignIn{
		UserID: account.UserID, Generation: p.Generation, ACR: s.ACR.Reached(p.AMR, q.acr.Most), AMR: p.AMR, SID: sid, Ends: p.ends(),
		Group: account.Group, Current: b.of(account.Group, account.UserID).Handle, Remember: account.Kept, Device: p.Device, Credential: p.Credential,
		Valid: s.versionsOf(account.UserID),
	})
	if err != nil {
		return nil, err
	}
	if err := s.Sessions.Activate(ctx, account.Handle.Key); err != nil {
		return nil, err
	}
	return seen, s.follow(ctx, &p, account.Group, account.Kept, account.Handle.Key)
}
