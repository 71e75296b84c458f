package redisstore

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"

	"github.com/hush-sso/hush/internal/oauth"
)

// Remembered returns what the user allowed the client; empty for nothing.
func (s *Store) Remembered(ctx context.Context, userID, clientID string) (oauth.Grants, error) {
	ctx, cancel := s.deadline(ctx)
	defer cancel()
	g, err := s.client.HGet(ctx, userKey(userID, "consents"), clientID).Result()
	if errors.Is(err, redis.Nil) {
		return "", nil
	}
	if err != nil {
		return "", trouble(ctx, err)
	}
	return oauth.Grants(g), nil
}

// Consents returns all that the user allowed, by app.
func (s *Store) Consents(ctx context.Context, userID string) (map[string]oauth.Grants, error) {
	ctx, cancel := s.deadline(ctx)
	defer cancel()
	fields, err := s.client.HGetAll(ctx, userKey(userID, "consents")).Result()
	if err != nil {
		return nil, trouble(ctx, err)
	}
	consents := make(map[string]oauth.Grants, len(fields))
	for client, grants := range fields {
		consents[client] = oauth.Grants(grants)
	}
	return consents, nil
}

// Remember adds to what the user allowed the client and returns all of it, in
// one step. The user's consents are then kept for 400 days.
func (s *Store) Remember(ctx context.Context, userID, clientID string, g oauth.Grants) (oauth.Grants, error) {
	a, err := s.run(ctx, rememberScript, []string{userKey(userID, "consents")},
		clientID, string(g), consentLife.Milliseconds())
	if err != nil {
		return "", err
	}
	return oauth.Grants(a.text(0)), nil
}

// Forget takes back what the user allowed the client. Nothing is success.
func (s *Store) Forget(ctx context.Context, userID, clientID string) error {
	ctx, cancel := s.deadline(ctx)
	defer cancel()
	if err := s.client.HDel(ctx, userKey(userID, "consents"), clientID).Err(); err != nil {
		return trouble(ctx, err)
	}
	return nil
}
