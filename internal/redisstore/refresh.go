package redisstore

import (
	"context"
	"errors"
	"time"

	"github.com/hush-sso/hush/internal/token"
	"github.com/hush-sso/hush/session"
)

// Peek implements [token.GrantStore].
func (s *Store) Peek(ctx context.Context, p token.Candidate) (token.Standing, error) {
	ctx, cancel := s.deadline(ctx)
	defer cancel()
	a, err := s.runTogether(ctx, peekScript, familyKeys(p.Key, p.JTI), s.judged(append(candidateArgs(p), p.Site)...)...)
	if errors.Is(err, token.ErrReused) && s.replica > 0 {
		// Ended, but perhaps on the primary only.
		if err := s.Revoke(ctx, p.Key, p.JTI, p.ClientID, p.Outlives); err != nil {
			return token.Standing{}, err
		}
	}
	return standing(a, err)
}

// Rotate implements [token.GrantStore].
func (s *Store) Rotate(ctx context.Context, r token.Rotation) (token.Standing, error) {
	if r.Successor == "" || r.Answer == "" {
		return token.Standing{}, errors.New("redis: rotation without successor or answer")
	}
	ctx, cancel := s.deadline(ctx)
	defer cancel()
	a, err := s.runDurable(ctx, rotateScript, familyKeys(r.Key, r.JTI), s.judged(append(candidateArgs(r.Candidate),
		r.Successor, r.Answer, s.latest(ctx), flag(r.Activity), session.SlideParts, answerSlack.Milliseconds())...)...)
	return standing(a, err)
}

// candidateArgs are the arguments that present.lua names.
func candidateArgs(p token.Candidate) []any {
	return []any{
		p.ClientID, string(p.Needs), p.JTI, p.Hash, flag(p.MayOutlive),
		max(p.Outlives, time.Millisecond).Milliseconds(), token.Grace.Milliseconds(),
	}
}

func standing(a answer, err error) (token.Standing, error) {
	if err != nil {
		return token.Standing{}, err
	}
	bound, err := boundAt(a.text(4))
	return token.Standing{Now: a.now, UserID: a.text(0), Live: a.text(1) == "1", Answer: a.text(2), Credential: a.text(3), Bound: bound}, err
}
