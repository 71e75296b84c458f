package authorize

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/upstream"
	"github.com/hush-sso/hush/silent"
)

// Return is a browser that comes back from another provider.
type Return struct {
	State      string
	Connection string // whose own address it came to; "" for the shared one
	Answer     upstream.Answer
}

// Arrive goes on with a sign-in elsewhere.
func (s *Service) Arrive(ctx context.Context, r Return, b Browser) Outcome {
	t, fault := s.returned(ctx, r.State, b)
	if fault != nil {
		return Outcome{Fault: fault}
	}
	first, err := s.Forms.MarkUsed(ctx, r.State, rand.Text(), proofLifetime)
	if err != nil {
		return Outcome{Fault: silent.Unavailable(err)}
	}
	f, refused := s.reopen(ctx, t.parked, b)
	if refused != nil {
		return *refused
	}
	at := s.Upstreams.Named(t.Trip.Connection)
	if !first || at == nil {
		return s.decide(ctx, f.q, b, progress{}) // as if it came anew
	}
	r.Answer.Redirect = s.pages + CallbackPath
	if r.Connection != "" {
		r.Answer.Redirect += "/" + r.Connection
	}
	arrival, err := at.Arrive(ctx, t.Trip, r.Answer)
	if err != nil {
		return s.ask(ctx, f.q, b, f.current, progress{}, tripProblem(at, *t, err))
	}
	return s.enterFrom(ctx, f, b, at, t, arrival)
}

// enterFrom signs in who arrived.
func (s *Service) enterFrom(ctx context.Context, f *form, b Browser, at *upstream.Source, t *trip, a *upstream.Arrival) Outcome {
	again := func(draft Ask) Outcome {
		draft.Step, draft.Login, draft.Remember, draft.Connection = silent.StepLogin, t.Login, t.Remember, at.Title
		return s.ask(ctx, f.q, b, f.current, progress{}, draft)
	}
	user, problem := s.identify(at, &a.Vouched)
	if problem != ProblemNone {
		return again(Ask{Problem: problem})
	}
	generation, err := s.Sessions.Generation(ctx, user.ID)
	if err != nil {
		return again(problemOf(err))
	}
	a.Hint = s.keepHint(ctx, at, f.q, t.Remember, a.Raw)
	p := proof{
		User: user.ID, Generation: generation, Credential: s.vouch(&a.Vouched, user.ID), Remember: t.Remember, Device: b.Device,
		AMR: a.AMR, Connection: at.Name, Proved: a.AuthTime, Left: t.Trip.Left,
	}
	if !a.Ends.IsZero() {
		p.Ends = a.Ends.Unix()
	}
	user.Vouched = &a.Vouched
	out, err := s.enter(ctx, f.q, b, user, p, nil)
	if err != nil {
		return again(problemOf(err))
	}
	return out
}

// identify tells who somebody of another provider is here; see login.Directory.Whois.
func (s *Service) identify(at *upstream.Source, v *login.Vouched) (login.User, Problem) {
	user, err := s.Directory().Whois(v, at.KnownOnly)
	switch {
	case errors.Is(err, login.ErrDisabled):
		return user, ProblemDisabled
	case err != nil:
		return user, ProblemStranger
	}
	return user, ProblemNone
}

// returned reads the request whose person comes back from another provider with a state.
func (s *Service) returned(ctx context.Context, state string, b Browser) (*trip, *oauth.Error) {
	t := &trip{}
	if len(s.Upstreams.All()) == 0 {
		return nil, errTicket
	}
	there, err := s.awaited(ctx, s.Vouched, waitTrip, state, t)
	there = there && time.Since(time.Unix(t.At, 0)) <= proofLifetime
	return t, comesBack(t.parked, b, there, err)
}

// tripProblem says why a sign-in elsewhere did not come about.
func tripProblem(at *upstream.Source, t trip, err error) Ask {
	draft := Ask{Step: silent.StepLogin, Problem: ProblemUpstream, Cause: err, Connection: at.Title, Login: t.Login, Remember: t.Remember}
	switch {
	case errors.Is(err, upstream.ErrAway):
		draft.Problem = ProblemAway
	case errors.Is(err, upstream.ErrRefused):
		draft.Problem = ProblemRefused
	case errors.Is(err, upstream.ErrStale):
		draft.Problem = ProblemStale
	}
	return draft
}
