package redisstore

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/hush-sso/hush/session"
)

// Generation implements [session.UserStore]. It is "" again a day after the
// last Turn, which is longer than any sign-in is under way.
func (s *Store) Generation(ctx context.Context, userID string) (string, error) {
	ctx, cancel := deadline(ctx)
	defer cancel()
	gen, err := s.client.Get(ctx, userKey(userID, "gen")).Result()
	if errors.Is(err, redis.Nil) {
		return "", nil
	}
	if err != nil {
		return "", trouble(ctx, err)
	}
	return gen, nil
}

// Enlist implements [session.UserStore].
func (s *Store) Enlist(ctx context.Context, userID, gen string, key session.Key, expires time.Time) error {
	_, err := s.runDurable(ctx, enlistScript, userKeys(userID),
		gen, key.String(), expires.UnixMilli(), time.Hour.Milliseconds())
	return err
}

// Delist implements [session.UserStore].
func (s *Store) Delist(ctx context.Context, userID string, key session.Key) error {
	ctx, cancel := deadline(ctx)
	defer cancel()
	if err := s.client.ZRem(ctx, userKey(userID, "sessions"), key.String()).Err(); err != nil {
		return trouble(ctx, err)
	}
	return nil
}

// Turn implements [session.UserStore]. The list keeps its keys until each is
// delisted: turn again to find those that were not ended.
func (s *Store) Turn(ctx context.Context, userID string) ([]session.Key, error) {
	a, err := s.runDurable(ctx, turnScript, userKeys(userID),
		genLife.Milliseconds(), time.Hour.Milliseconds())
	if err != nil {
		return nil, err
	}
	if len(a.rest) != 1 {
		return nil, errors.New("redis: turn answered without a list")
	}
	members, _ := a.rest[0].([]any)
	keys := make([]session.Key, 0, len(members))
	for _, m := range members {
		key, err := parseKey(m)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, nil
}

func userKeys(userID string) []string {
	return []string{userKey(userID, "sessions"), userKey(userID, "gen")}
}

func parseKey(v any) (session.Key, error) {
	var key session.Key
	text, _ := v.(string)
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(b) != len(key) {
		return key, fmt.Errorf("redis: %q is no session key", text)
	}
	copy(key[:], b)
	return key, nil
}
