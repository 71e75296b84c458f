package redisstore

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/hush-sso/hush/session"
)

// errUnbound: there was no reason to make a binding, or nothing to make it under.
var errUnbound = errors.New("redis: no binding was made")

// Bind implements [session.Store]. One that is lost with the primary is made again
// at the next occasion.
func (s *Store) Bind(ctx context.Context, h session.Handle, b session.Binding) (session.Session, time.Time, bool, error) {
	at := ""
	if !b.AuthTime.IsZero() {
		at = strconv.FormatInt(b.AuthTime.Unix(), 10)
	}
	keys := []string{sessionKey(h.Key)}
	if b.Grant != "" {
		keys = append(keys, usedKey(h.Key, b.Grant))
	}
	a, err := s.run(ctx, bindScript, keys, s.judged(
		h.Secret.Hash(), b.Scope.ClientID, bindingField(b.Scope), b.Scope.Site,
		b.Life.Milliseconds(), b.FreshFor.Milliseconds(), at, session.Room)...)
	if errors.Is(err, errUnbound) {
		return session.Session{}, a.now, false, nil
	}
	if err != nil {
		return session.Session{}, a.now, false, err
	}
	got, now, err := read(h.Key, a)
	return got, now, err == nil, err
}

// bindingField is where the record has the bindings of a scope; "" for none.
func bindingField(s session.Scope) string {
	switch {
	case s.Host != "":
		return "bh:" + s.Host
	case s.ClientID != "":
		return "b:" + s.ClientID
	}
	return ""
}

// boundAt reads when a binding was made; "" for none.
func boundAt(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	return millis(text)
}
