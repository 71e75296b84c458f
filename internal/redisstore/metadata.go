package redisstore

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"

	"github.com/hush-sso/hush/internal/metadata"
)

var _ metadata.Store = (*Store)(nil)

// Metadata implements [metadata.Store].
func (s *Store) Metadata(ctx context.Context, userID string) (app, user string, logins int64, err error) {
	a, err := s.run(ctx, metadataScript, metadataKeys(userID), metadataLife.Milliseconds(), metadataStep.Milliseconds())
	if err != nil {
		return "", "", 0, err
	}
	logins, err = strconv.ParseInt(a.text(2), 10, 64)
	if err != nil {
		return "", "", 0, fmt.Errorf("redis: sign-ins of a user: %w", err)
	}
	return a.text(0), a.text(1), logins, nil
}

// SaveMetadata implements [metadata.Store].
func (s *Store) SaveMetadata(ctx context.Context, userID string, which metadata.Which, was, sealed string) (ok bool, err error) {
	field := map[metadata.Which]string{metadata.App: "app", metadata.User: "user"}[which]
	if field == "" || sealed == "" {
		return false, fmt.Errorf("redis: metadata %q without content", which)
	}
	_, err = s.runDurable(ctx, saveMetadataScript, metadataKeys(userID), field, was, sealed, metadataLife.Milliseconds())
	if errors.Is(err, errChanged) {
		return false, nil
	}
	return err == nil, err
}

// CountLogin implements [metadata.Store].
func (s *Store) CountLogin(ctx context.Context, userID string) (int64, error) {
	a, err := s.run(ctx, countLoginScript, metadataKeys(userID), rand.Text(), metadataLife.Milliseconds())
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(a.text(0), 10, 64)
}

// DeleteMetadata implements [metadata.Store].
func (s *Store) DeleteMetadata(ctx context.Context, userID string) error {
	ctx, cancel := s.deadline(ctx)
	defer cancel()
	if err := s.client.Del(ctx, metadataKeys(userID)...).Err(); err != nil {
		return trouble(ctx, err)
	}
	return nil
}

func metadataKeys(userID string) []string { return []string{userKey(userID, "meta")} }
