package authorize

import (
	"context"
	"errors"
	"time"

	"github.com/hush-sso/hush/internal/factor"
	"github.com/hush-sso/hush/silent"
)

// give takes a factor, or adds the one that is due, and writes into w what that
// proved. recovery are the codes that came with it, nil for none.
func (s *Service) give(ctx context.Context, f *form, b Browser, w *pending, a FactorAnswer) (recovery []string, err error) {
	if err := s.shut(); err != nil {
		return nil, err // no recovery codes that nobody gets to see
	}
	var words []string
	if a.Passkey != "" {
		words, recovery, err = s.givePasskey(ctx, f.Pending, w, a)
	} else {
		words, recovery, err = s.giveCode(ctx, b, w, a.Code)
	}
	if errors.Is(err, factor.ErrExists) {
		// The user set one up meanwhile: that one is asked for, and this adds nothing.
		return nil, s.askInstead(ctx, f.Pending, w)
	}
	if err != nil {
		return nil, err
	}
	w.Proof.AMR = with(w.Proof.AMR, append(words, silent.Multifactor)...)
	w.Secret, w.Met = nil, true
	return recovery, nil
}

// giveCode takes a code, or the app that shows it. words are what it is in the words
// of amr.
func (s *Service) giveCode(ctx context.Context, b Browser, w *pending, code string) (words, recovery []string, err error) {
	guess, err := s.Factors.Codes.Admit(ctx, w.Proof.User, b.Binding, b.Address)
	if err != nil {
		return nil, nil, err
	}
	kind := factor.KindApp
	if w.Secret != nil {
		recovery, err = s.Factors.Keeper.AddFirstApp(ctx, w.Proof.User, w.Secret, code, time.Now())
	} else {
		kind, err = s.Factors.Keeper.Use(ctx, w.Proof.User, code, time.Now())
	}
	if err != nil && !guessed(err) {
		guess.Back(ctx)
	}
	if err != nil {
		return nil, nil, err
	}
	if kind == factor.KindApp {
		words = []string{"otp"}
	}
	return words, recovery, guess.Right(ctx)
}

// givePasskey takes a passkey, or one that was made.
func (s *Service) givePasskey(ctx context.Context, id string, w *pending, a FactorAnswer) (words, recovery []string, err error) {
	site, challenge := s.Factors.Site, factor.Challenge(id)
	if site == nil {
		return nil, nil, factor.ErrWrong
	}
	if w.Secret != nil {
		p, shown, err := site.ReadNew(w.Proof.User, a.Passkey, a.Name, challenge, time.Now())
		if err == nil {
			recovery, err = s.Factors.Keeper.AddFirstPasskey(ctx, w.Proof.User, p)
		}
		return shown.AMR(), recovery, err
	}
	assertion, err := factor.ReadAssertion(a.Passkey)
	if err != nil {
		return nil, nil, err
	}
	shown, err := s.Factors.Keeper.UsePasskey(ctx, site, w.Proof.User, assertion, challenge, false, time.Now())
	return shown.AMR(), nil, err
}

// askInstead has the page ask for what the user has by now. Its error is factor.ErrWrong,
// or trouble.
func (s *Service) askInstead(ctx context.Context, id string, w *pending) error {
	set, err := s.Factors.Keeper.Of(ctx, w.Proof.User)
	if err != nil {
		return err
	}
	w.has(&set)
	if err := s.wait(ctx, id, w); err != nil {
		return err
	}
	return factor.ErrWrong
}

// guessed tells what a code was from trouble with looking at it.
func guessed(err error) bool {
	return errors.Is(err, factor.ErrWrong) || errors.Is(err, factor.ErrUsed) || errors.Is(err, factor.ErrCloned)
}

func factorProblem(err error) Ask {
	switch {
	case errors.Is(err, factor.ErrUsed):
		return Ask{Problem: ProblemCodeUsed}
	case errors.Is(err, factor.ErrWrong), errors.Is(err, factor.ErrCloned):
		return Ask{Problem: ProblemCode, Cause: err}
	}
	return problemOf(err)
}
