package redisstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// Await keeps a sealed value for ttl under an id, in place of one that is there.
func (s *Store) Await(ctx context.Context, id, sealed string, ttl time.Duration) error {
	if id == "" || sealed == "" || ttl < time.Millisecond {
		return fmt.Errorf("redis: %q to be kept for %v", id, ttl)
	}
	ctx, cancel := s.deadline(ctx)
	defer cancel()
	if err := s.client.Set(ctx, awaitKey(id), sealed, ttl).Err(); err != nil {
		return trouble(ctx, err)
	}
	return nil
}

// Awaited returns what is kept under an id, "" for nothing.
func (s *Store) Awaited(ctx context.Context, id string) (string, error) {
	ctx, cancel := s.deadline(ctx)
	defer cancel()
	sealed, err := s.client.Get(ctx, awaitKey(id)).Result()
	if errors.Is(err, redis.Nil) {
		return "", nil
	}
	if err != nil {
		return "", trouble(ctx, err)
	}
	return sealed, nil
}
