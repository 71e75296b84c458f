package redisstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hush-sso/hush/internal/token"
	"github.com/hush-sso/hush/session"
)

// errLate: the script ran after its caller gave up, and did nothing.
var errLate = errors.New("redis: the answer came too late")

// Redeem implements [token.GrantStore].
func (s *Store) Redeem(ctx context.Context, r token.Redemption) (session.Session, time.Time, error) {
	if r.JTI == "" || r.Attempt == "" {
		return session.Session{}, time.Time{}, errors.New("redis: redemption without code or attempt")
	}
	ctx, cancel := s.deadline(ctx)
	defer cancel()
	var first token.Family
	if r.Family != nil {
		first = *r.Family
	}
	if first.Outlives {
		if err := s.keep(ctx, r.UserID, r.Key, first.Lifetime); err != nil {
			return session.Session{}, time.Time{}, err
		}
	}
	a, err := s.runDurable(ctx, redeemScript, familyKeys(r.Key, r.JTI),
		s.judged(r.ClientID, string(r.Needs), r.IssuedAt.UnixMilli(), r.Lifetime.Milliseconds(), r.Attempt,
			r.Outlives.Milliseconds(), usedSlack.Milliseconds(), s.latest(ctx),
			r.JTI, first.Hash, first.Lifetime.Milliseconds(), flag(first.Outlives), mostFamilies, r.Site)...)
	if err != nil || len(a.rest) == 0 {
		return session.Session{}, a.now, err
	}
	last := len(a.rest) - 1
	bound, err := boundAt(a.text(last))
	if err != nil {
		return session.Session{}, a.now, err
	}
	a.rest = a.rest[:last]
	got, now, err := read(r.Key, a)
	got.Bound = bound
	return got, now, err
}

// keep leaves the session on its user's list for as long as a family may outlive
// it, so that ending all of the user's sessions finds it.
func (s *Store) keep(ctx context.Context, userID string, k session.Key, life time.Duration) error {
	_, err := s.runDurable(ctx, keepScript, userKeys(userID)[:1], k.String(), life.Milliseconds(), time.Hour.Milliseconds())
	return err
}

// Check implements [token.GrantStore].
func (s *Store) Check(ctx context.Context, c token.Check) (session.Session, time.Time, error) {
	keys := familyKeys(c.Key, c.JTI)
	keys[3] = usedKey(c.Key, c.TokenJTI)
	a, err := s.runTogether(ctx, checkScript, keys,
		s.judged(c.ClientID, string(c.Needs), c.Refresh, token.Grace.Milliseconds())...)
	if err != nil {
		return session.Session{}, a.now, err
	}
	return read(c.Key, a)
}

// Revoke implements [token.GrantStore].
func (s *Store) Revoke(ctx context.Context, k session.Key, jti, clientID string, life time.Duration) error {
	if jti == "" || life < time.Millisecond {
		return fmt.Errorf("redis: grant %q to be revoked for %v", jti, life)
	}
	_, err := s.runDurable(ctx, revokeScript, familyKeys(k, jti), jti+" "+clientID, life.Milliseconds())
	return err
}

func flag(on bool) string {
	if on {
		return "1"
	}
	return "0"
}
