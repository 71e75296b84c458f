package redisstore

import (
	"context"
	"errors"
	"fmt"
	"time"
)

var errUsed = errors.New("redis: used before")

// MarkUsed uses up what is good once, a parked request, a client assertion or a
// DPoP proof, for ttl, the rest of its life, and tells whether this attempt was
// the first. The same attempt again still is.
func (s *Store) MarkUsed(ctx context.Context, id, attempt string, ttl time.Duration) (first bool, err error) {
	if id == "" || attempt == "" || ttl < time.Millisecond {
		return false, fmt.Errorf("redis: %q to be marked as used for %v", id, ttl)
	}
	_, err = s.runDurable(ctx, markUsedScript, []string{parkedKey(id)}, attempt, ttl.Milliseconds())
	if errors.Is(err, errUsed) {
		return false, nil
	}
	return err == nil, err
}
