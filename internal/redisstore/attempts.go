package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/hush-sso/hush/internal/login"
)

var _ login.Attempts = (*Store)(nil)

// Admit implements [login.Attempts].
func (s *Store) Admit(ctx context.Context, t login.Try) (time.Duration, error) {
	every := t.Limit.Every.Milliseconds()
	if t.ID == "" || t.Of == "" || t.Limit.Burst < 1 || every < 1 {
		return 0, fmt.Errorf("redis: attempt without id or account, or with a limit of %d in %v", t.Limit.Burst, t.Limit.Every)
	}
	a, err := s.run(ctx, admitScript, tryKeys(t), every, t.Limit.Burst, ticketLife.Milliseconds(), t.Browser)
	if err != nil {
		return 0, err
	}
	wait, err := strconv.ParseInt(a.text(0), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("redis: wait of an attempt: %w", err)
	}
	return time.Duration(wait) * time.Millisecond, nil
}

// GiveBack implements [login.Attempts].
func (s *Store) GiveBack(ctx context.Context, t login.Try) error {
	_, err := s.run(ctx, giveBackScript, tryKeys(t), t.Limit.Every.Milliseconds())
	return err
}

// Welcome implements [login.Attempts].
func (s *Store) Welcome(ctx context.Context, t login.Try, k login.Known) error {
	if t.Browser == "" || k.For < time.Millisecond || k.Most < 1 {
		return errors.New("redis: no browser to remember, or no room for it")
	}
	_, err := s.run(ctx, welcomeScript, tryKeys(t), t.Browser, k.For.Milliseconds(), k.Most)
	return err
}

// tryKeys are the keys that the scripts of an attempt take: ticket and bucket;
// with a browser what is known of it too.
func tryKeys(t login.Try) []string {
	keys := []string{tryKey(t.Of, "try:"+t.ID), tryKey(t.Of, "tries")}
	if t.Browser != "" {
		keys = append(keys, tryKey(t.Of, "browsers"), tryKey(t.Of, "tries:"+t.Browser))
	}
	return keys
}
