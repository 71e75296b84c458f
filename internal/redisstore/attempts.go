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
func (s *Store) Admit(ctx context.Context, t login.Try) (wait time.Duration, known bool, err error) {
	if t.ID == "" || t.Of == "" || !usable(t.Limit) || t.From != "" && (t.Browser == "" || !usable(t.Share)) {
		return 0, false, fmt.Errorf("redis: attempt that cannot be counted: of %q, with limits %v and %v", t.Of, t.Limit, t.Share)
	}
	a, err := s.run(ctx, admitScript, tryKeys(t), millisOf(t.Limit), t.Limit.Burst, ticketLife.Milliseconds(), t.Browser, millisOf(t.Share), t.Share.Burst)
	if err != nil {
		return 0, false, err
	}
	ms, err := strconv.ParseInt(a.text(0), 10, 64)
	if err != nil {
		return 0, false, fmt.Errorf("redis: wait of an attempt: %w", err)
	}
	return time.Duration(ms) * time.Millisecond, a.text(1) == "4", nil
}

// GiveBack implements [login.Attempts].
func (s *Store) GiveBack(ctx context.Context, t login.Try) error {
	_, err := s.run(ctx, giveBackScript, tryKeys(t), millisOf(t.Limit), millisOf(t.Share))
	return err
}

// Welcome implements [login.Attempts].
func (s *Store) Welcome(ctx context.Context, t login.Try, k login.Known) error {
	if t.Browser == "" || k.For < time.Millisecond || k.Most < 1 {
		return errors.New("redis: no browser to remember, or no room for it")
	}
	_, err := s.run(ctx, welcomeScript, tryKeys(t), t.Browser, k.For.Milliseconds(), k.Most, millisOf(t.Limit), millisOf(t.Share))
	return err
}

func usable(l login.Limit) bool { return l.Burst > 0 && l.Every >= time.Millisecond }

func millisOf(l login.Limit) int64 { return l.Every.Milliseconds() }

// tryKeys are the keys that the scripts of an attempt take: ticket and bucket;
// with a browser what is known of it too, and with an address its share.
func tryKeys(t login.Try) []string {
	keys := []string{tryKey(t.Of, "try:"+t.ID), tryKey(t.Of, "tries")}
	if t.Browser != "" {
		keys = append(keys, tryKey(t.Of, "browsers"), tryKey(t.Of, "tries:"+t.Browser))
	}
	if t.From != "" {
		keys = append(keys, tryKey(t.Of, "from:"+t.From))
	}
	return keys
}
