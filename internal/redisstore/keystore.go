package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strconv"
)

// Load implements [token.KeyStore].
func (s *Store) Load(ctx context.Context) (sealed string, version int64, err error) {
	ctx, cancel := deadline(ctx)
	defer cancel()
	v, err := s.client.HMGet(ctx, signingKeys, "v", "sealed").Result()
	if err != nil {
		return "", 0, trouble(ctx, err)
	}
	if v[0] == nil && v[1] == nil {
		return "", 0, nil
	}
	text, hasVersion := v[0].(string)
	sealed, hasKeys := v[1].(string)
	if !hasVersion || !hasKeys {
		return "", 0, errors.New("redis: signing keys are incomplete")
	}
	if version, err = strconv.ParseInt(text, 10, 64); err != nil {
		return "", 0, fmt.Errorf("redis: version of the signing keys: %w", err)
	}
	return sealed, version, nil
}

// Save implements [token.KeyStore].
func (s *Store) Save(ctx context.Context, version int64, sealed string) error {
	_, err := s.runDurable(ctx, saveKeysScript, []string{signingKeys}, version, sealed)
	return err
}
