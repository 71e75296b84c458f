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
	guess, err := s.Factors.Codes.Admit(ctx, w.Proof.User, b.Binding, b.Address)
	if err != nil {
		return nil, err
	}
	kind := factor.KindApp
	if w.Secret != nil {
		recovery, err = s.Factors.Keeper.AddFirstApp(ctx, w.Proof.User, w.Secret, a.Code, time.Now())
	} else {
		kind, err = s.Factors.Keeper.Use(ctx, w.Proof.User, a.Code, time.Now())
	}
	switch {
	case errors.Is(err, factor.ErrExists):
		// The user set one up meanwhile: that one is asked for, and this adds nothing.
		w.Secret = nil
		return nil, errors.Join(factor.ErrWrong, s.wait(ctx, f.Pending, w))
	case err != nil && !guessed(err):
		guess.Back(ctx)
		return nil, err
	case err != nil:
		return nil, err
	}
	if err := guess.Right(ctx); err != nil {
		return nil, err
	}
	w.Proof.AMR = with(w.Proof.AMR, silent.Multifactor)
	if kind == factor.KindApp {
		w.Proof.AMR = with(w.Proof.AMR, "otp")
	}
	w.Secret, w.Met = nil, true
	return recovery, nil
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
