package authorize

import (
	"context"
	"crypto/rand"

	"github.com/hush-sso/hush/internal/factor"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/silent"
)

// FactorAsk is what the page for a second factor shows.
type FactorAsk struct {
	// Secret is of an app to be added, URL the same for its camera; "" where the user
	// has a factor.
	Secret, URL string
	// App: the user has one. Passkey is to be used, or may be made; nil: neither.
	App     bool
	Passkey *factor.Ceremony
	// Recovery are new recovery codes, shown once. Noted: there is nothing left to do.
	Recovery []string
	Noted    bool
}

// factorPage asks for the factor.
func (s *Service) factorPage(ctx context.Context, q *request, b Browser, user login.User, id string, w *pending, draft Ask) Outcome {
	draft.Step, draft.pending, draft.Account = silent.StepFactor, id, AccountOf(user)
	if draft.Factor == nil {
		draft.Factor = &FactorAsk{Noted: w.Met}
	}
	if !w.Met {
		s.offer(draft.Factor, user, id, w)
	}
	out := s.ask(ctx, q, b, nil, progress{}, draft)
	out.UserID = user.ID
	return out
}

// offer says what there is to answer with.
func (s *Service) offer(ask *FactorAsk, user login.User, id string, w *pending) {
	if ask.App = w.App; w.Secret != nil {
		ask.Secret = factor.SecretText(w.Secret)
		ask.URL = factor.SecretURL(w.Secret, s.Factors.Name, user.Username)
	}
	switch site, challenge := s.Factors.Site, factor.Challenge(id); {
	case site == nil:
	case w.Secret != nil:
		ask.Passkey = site.Make(challenge, s.Factors.Name, user.ID, user.Username, nil)
	case len(w.Keys) > 0:
		ask.Passkey = site.Use(challenge, w.Keys)
	}
}

// FactorAnswer is what a person put into that page.
type FactorAnswer struct {
	Code    string // of an app, or a recovery code
	Passkey string // in place of it what a passkey said, or one that was made
	Name    string // of that
}

// Factor answers the page for a second factor.
func (s *Service) Factor(ctx context.Context, sealed string, a FactorAnswer, b Browser) Outcome {
	f, refused := s.open(ctx, sealed, b)
	if refused != nil {
		return *refused
	}
	user, w, stopped := s.stillWaits(ctx, f, b)
	if stopped != nil {
		return *stopped
	}
	again := func(draft Ask) Outcome { return s.factorPage(ctx, f.q, b, user, f.Pending, w, draft) }
	if !w.Met {
		recovery, err := s.give(ctx, f, b, w, a)
		switch {
		case err != nil:
			return again(factorProblem(err))
		case recovery != nil:
			if err := s.wait(ctx, f.Pending, w); err != nil {
				return again(factorProblem(err))
			}
			out := again(Ask{Factor: &FactorAsk{Recovery: recovery, Noted: true}})
			out.Enrolled = true
			return out
		}
	}
	return s.finish(ctx, f, b, user, w, again)
}

// finish begins the session, once.
func (s *Service) finish(ctx context.Context, f *form, b Browser, user login.User, w *pending, again func(Ask) Outcome) Outcome {
	first, err := s.Forms.MarkUsed(ctx, f.Pending, rand.Text(), 2*proofLifetime)
	if err != nil {
		return again(problemOf(err))
	}
	if !first {
		return s.decide(ctx, f.q, b, progress{})
	}
	out, err := s.begin(ctx, f.q, b, user, w.Proof, entry{w.Ruling, w.SID})
	if err != nil {
		draft := problemOf(err)
		draft.Step, draft.Login = silent.StepLogin, user.Username
		return s.ask(ctx, f.q, b, nil, progress{}, draft)
	}
	return out
}

// stillWaits returns the sign-in that a form belongs to. Where it can count no more,
// the person signs in anew.
func (s *Service) stillWaits(ctx context.Context, f *form, b Browser) (user login.User, w *pending, stopped *Outcome) {
	login := func(draft Ask) *Outcome {
		draft.Step = silent.StepLogin
		out := s.ask(ctx, f.q, b, nil, progress{}, draft)
		return &out
	}
	if f.Step != silent.StepFactor || !f.boundTo(b) {
		return user, nil, login(Ask{Problem: ProblemForm})
	}
	w, err := s.waits(ctx, f.Pending)
	if err != nil {
		return user, nil, login(problemOf(err))
	}
	if w == nil {
		return user, nil, login(Ask{Problem: ProblemForm})
	}
	over, err := s.forsakenSince(ctx, f.parked, w.At)
	if err != nil {
		return user, nil, login(problemOf(err))
	}
	user, gone := s.owner(w.Proof.User, w.Proof.Credential)
	if over || gone != "" {
		return user, nil, login(Ask{Problem: ProblemForm})
	}
	return user, w, nil
}

// resumeFactor shows the page again, after a reload.
func (s *Service) resumeFactor(ctx context.Context, f *form, b Browser) Outcome {
	user, w, stopped := s.stillWaits(ctx, f, b)
	if stopped != nil {
		return *stopped
	}
	return s.factorPage(ctx, f.q, b, user, f.Pending, w, Ask{})
}
