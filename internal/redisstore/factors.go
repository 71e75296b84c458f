package redisstore

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"

	"github.com/hush-sso/hush/internal/factor"
)

var _ factor.Store = (*Store)(nil)

// Factors implements [factor.Store].
func (s *Store) Factors(ctx context.Context, userID string) (string, error) {
	ctx, cancel := s.deadline(ctx)
	defer cancel()
	sealed, err := s.client.Get(ctx, userKey(userID, "factors")).Result()
	if errors.Is(err, redis.Nil) {
		return "", nil
	}
	if err != nil {
		return "", trouble(ctx, err)
	}
	return sealed, nil
}

// SaveFactors implements [factor.Store].
func (s *Store) SaveFactors(ctx context.Context, userID, was, sealed string) (bool, error) {
	_, err := s.runDurable(ctx, saveFactorsScript, []string{userKey(userID, "factors")}, was, sealed)
	if errors.Is(err, errChanged) {
		return false, nil
	}
	return err == nil, err
}
