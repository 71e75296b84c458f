package redisstore

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/hush-sso/hush/session"
)

// Generation implements [session.UserStore]. It is "" again a day after the
// last Turn, which is longer than any sign-in is under way.
func (s *Store) Generation(ctx context.Context, userID string) (string, error) {
	ctx, cancel := s.deadline(ctx)
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
func (s *Store) Enlist(ctx context.Context, e session.Entry) ([]session.Member, error) {
	a, err := s.runDurable(ctx, enlistScript, append(userKeys(e.UserID), userKey(e.UserID, "new")), enlistArgs(e)...)
	if !errors.Is(err, session.ErrFull) {
		return nil, err
	}
	var full []session.Member
	for text, isNew := range a.pairs(0) {
		key, bad := parseKey(text)
		if bad != nil {
			return nil, bad
		}
		full = append(full, session.Member{Key: key, New: isNew == "1"})
	}
	return full, err
}

func enlistArgs(e session.Entry) []any {
	args := []any{
		e.Generation, e.Key.String(), e.Expires.UnixMilli(), time.Hour.Milliseconds(), e.Most, newLife.Milliseconds(),
	}
	for _, key := range e.Over {
		args = append(args, key.String())
	}
	return args
}

// List implements [session.UserStore]. The cursor is the score and the key of the
// last session of the part before.
func (s *Store) List(ctx context.Context, userID string, p session.Page) ([]session.Key, string, error) {
	score, after, _ := strings.Cut(p.After, ".")
	if p.After != "" {
		_, bad := parseKey(after)
		if _, worse := strconv.ParseInt(score, 10, 64); bad != nil || worse != nil {
			return nil, "", fmt.Errorf("redis: %q is not where a part of a list begins", p.After)
		}
	}
	a, err := s.run(ctx, listScript, userKeys(userID)[:1], after, score, p.Limit, time.Hour.Milliseconds())
	if err != nil {
		return nil, "", err
	}
	keys, next, last := []session.Key(nil), "", ""
	for text, score := range a.pairs(0) {
		if len(keys) == p.Limit {
			next = last
			break
		}
		key, bad := parseKey(text)
		if bad != nil {
			return nil, "", bad
		}
		keys, last = append(keys, key), score+"."+text
	}
	return keys, next, nil
}

// Delist implements [session.UserStore].
func (s *Store) Delist(ctx context.Context, userID string, key session.Key) error {
	ctx, cancel := s.deadline(ctx)
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
