package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/hush-sso/hush/internal/token"
)

// Load implements [token.KeyStore].
func (s *Store) Load(ctx context.Context) (token.Kept, error) {
	a, err := s.run(ctx, loadKeysScript, []string{signingKeys})
	if err != nil {
		return token.Kept{}, err
	}
	version, sealed := a.text(0), a.text(1)
	switch {
	case version == "" && sealed == "":
		return token.Kept{Now: a.now}, nil
	case version == "" || sealed == "":
		return token.Kept{}, errors.New("redis: signing keys are incomplete")
	}
	v, err := strconv.ParseInt(version, 10, 64)
	if err != nil {
		return token.Kept{}, fmt.Errorf("redis: version of the signing keys: %w", err)
	}
	return token.Kept{Sealed: sealed, Version: v, Now: a.now}, nil
}

// Save implements [token.KeyStore].
func (s *Store) Save(ctx context.Context, before token.Kept, sealed string) error {
	_, err := s.runDurable(ctx, saveKeysScript, []string{signingKeys}, before.Version, before.Sealed, sealed)
	return err
}

// Lease implements [token.KeyStore].
func (s *Store) Lease(ctx context.Context, holder string, life time.Duration) (bool, error) {
	a, err := s.run(ctx, leaseKeysScript, []string{keysLease}, holder, life.Milliseconds())
	return err == nil && a.text(0) == holder, err
}
