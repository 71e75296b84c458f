package redisstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"

	"github.com/hush-sso/hush/session"
)

var errChanged = errors.New("redis: changed meanwhile")

// Registration returns an app that registered itself, sealed, "" for none, and
// keeps it for another 400 days.
func (s *Store) Registration(ctx context.Context, id string) (string, error) {
	a, err := s.run(ctx, registrationScript, registrationKeys(id), registrationArgs()...)
	return a.text(0), err
}

// RegistrationAndSessions is Registration and ResolveAll in one trip: a pipeline,
// because in a Cluster they live on different nodes.
func (s *Store) RegistrationAndSessions(ctx context.Context, id string, queries []session.Query) (string, []session.Seen, error) {
	ctx, cancel := s.deadline(ctx)
	defer cancel()
	pipe := s.client.Pipeline()
	app := registrationScript.EvalSha(ctx, pipe, registrationKeys(id), registrationArgs()...)
	visits := s.resolveIn(ctx, pipe, queries)
	_, _ = pipe.Exec(ctx) // each has its own error
	seen := s.visited(ctx, queries, visits)
	if redis.HasErrorPrefix(app.Err(), "NOSCRIPT") {
		sealed, err := s.Registration(ctx, id) // which teaches the server the script
		return sealed, seen, err
	}
	reply, err := app.Slice()
	a, err := judge(ctx, reply, err)
	if err != nil {
		return "", nil, err
	}
	return a.text(0), seen, nil
}

// SaveRegistration puts sealed in the place of was, "" for nothing; not ok means
// that something else is there. A nil picture leaves the one that is there, an
// empty one removes it.
func (s *Store) SaveRegistration(ctx context.Context, id, was, sealed string, picture []byte) (ok bool, err error) {
	if id == "" || sealed == "" {
		return false, fmt.Errorf("redis: registration of %q without content", id)
	}
	keep := "0"
	if picture == nil {
		keep = "1"
	}
	_, err = s.runDurable(ctx, saveRegistrationScript, registrationKeys(id),
		was, sealed, registrationLife.Milliseconds(), keep, picture)
	if errors.Is(err, errChanged) {
		return false, nil
	}
	return err == nil, err
}

// DeleteRegistration forgets an app and its picture. Nothing is success.
func (s *Store) DeleteRegistration(ctx context.Context, id string) error {
	_, err := s.runDurable(ctx, deleteRegistrationScript, registrationKeys(id))
	return err
}

// RegisteredPicture returns the picture of an app, nil for none.
func (s *Store) RegisteredPicture(ctx context.Context, id string) ([]byte, error) {
	ctx, cancel := s.deadline(ctx)
	defer cancel()
	picture, err := s.client.Get(ctx, registrationKey(id, "logo")).Bytes()
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	if err != nil {
		return nil, trouble(ctx, err)
	}
	return picture, nil
}

func registrationKeys(id string) []string {
	return []string{registrationKey(id, "client"), registrationKey(id, "logo")}
}

func registrationArgs() []any {
	return []any{registrationLife.Milliseconds(), registrationStep.Milliseconds()}
}
