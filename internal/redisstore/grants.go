package redisstore

import (
	"context"
	"errors"
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
	ctx, cancel := deadline(ctx)
	defer cancel()
	a, err := s.runDurable(ctx, redeemScript, []string{sessionKey(r.Key), usedKey(r.Key, r.JTI)},
		r.ClientID, string(r.Needs), r.IssuedAt.UnixMilli(), r.Lifetime.Milliseconds(), r.Attempt,
		r.Outlives.Milliseconds(), usedSlack.Milliseconds(), s.latest(ctx))
	if err != nil {
		return session.Session{}, a.now, err
	}
	return read(r.Key, a)
}

// Check implements [token.GrantStore].
func (s *Store) Check(ctx context.Context, c token.Check) (session.Session, time.Time, error) {
	a, err := s.run(ctx, checkScript, []string{sessionKey(c.Key), usedKey(c.Key, c.JTI)},
		c.ClientID, string(c.Needs))
	if err != nil {
		return session.Session{}, a.now, err
	}
	return read(c.Key, a)
}
