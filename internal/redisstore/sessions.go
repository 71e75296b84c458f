package redisstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/session"
)

// Create implements [session.Store].
func (s *Store) Create(ctx context.Context, r session.Record) error {
	if r.Idle < time.Second || r.Lifetime < time.Second {
		return fmt.Errorf("redis: session of %v idle and %v lifetime", r.Idle, r.Lifetime)
	}
	_, err := s.runDurable(ctx, createScript, []string{sessionKey(r.Handle.Key)}, s.createArgs(r)...)
	return err
}

func (s *Store) createArgs(r session.Record) []any {
	return s.judged(r.Handle.Secret.Hash(), r.SID, r.UserID, r.ACR, strings.Join(r.AMR, " "), r.Group,
		r.Idle.Milliseconds(), r.Lifetime.Milliseconds(), pendingLife.Milliseconds(),
		flag(r.Remember), r.Device, r.Credential)
}

// Activate implements [session.Store]. A sign-in that took longer than 15
// minutes to be finished is Idle.
func (s *Store) Activate(ctx context.Context, key session.Key) error {
	_, err := s.runDurable(ctx, activateScript, []string{sessionKey(key)}, s.judged()...)
	return err
}

// Resolve implements [session.Store]. Who does not hold the secret learns only
// whether the session lives: Superseded, else Gone. The time is that of the
// store even when there is no session.
func (s *Store) Resolve(ctx context.Context, q session.Query) (session.Session, time.Time, error) {
	a, err := s.runTogether(ctx, resolveScript, []string{sessionKey(q.Handle.Key)}, s.resolveArgs(q)...)
	if err != nil {
		return session.Session{}, a.now, err
	}
	return read(q.Handle.Key, a)
}

func (s *Store) resolveArgs(q session.Query) []any {
	return []any{q.ClientID, q.Handle.Secret.Hash(), flag(q.Activity), session.SlideParts, bindingField(q.Scope), q.Scope.Site, s.limits}
}

func read(key session.Key, a answer) (session.Session, time.Time, error) {
	got, err := parseSession(key, a)
	if err != nil {
		return session.Session{}, a.now, err
	}
	return got, a.now, nil
}

// Renew implements [session.Store]. Only the current secret renews: one in its
// grace is Superseded, so of two sign-ins at once one goes on with the session
// and the other begins its own.
func (s *Store) Renew(ctx context.Context, h session.Handle, r session.Renewal) error {
	_, err := s.runDurable(ctx, renewScript, []string{sessionKey(h.Key)},
		s.judged(h.Secret.Hash(), r.NewSecret.Hash(), r.ACR, strings.Join(r.AMR, " "), secretGrace.Milliseconds(),
			r.Credential, r.Device, flag(r.Remember), r.Idle.Milliseconds(), r.Lifetime.Milliseconds(), r.Left.Milliseconds())...)
	return err
}

// Participate implements [session.Store].
func (s *Store) Participate(ctx context.Context, key session.Key, clientID string, granted oauth.Grants) (oauth.Grants, error) {
	return s.participate(ctx, key, clientID, granted, "")
}

func (s *Store) participate(ctx context.Context, key session.Key, clientID string, granted oauth.Grants, passed string) (oauth.Grants, error) {
	if clientID == "" {
		return "", errors.New("redis: participation without a client")
	}
	a, err := s.run(ctx, participateScript, []string{sessionKey(key)}, s.judged(clientID, string(granted), passed)...)
	if err != nil {
		return "", err
	}
	return oauth.Grants(a.text(0)), nil
}

// Pass implements [session.Store].
func (s *Store) Pass(ctx context.Context, key session.Key, clientID string, granted oauth.Grants, version string) error {
	_, err := s.participate(ctx, key, clientID, granted, version)
	return err
}

// Unpass implements [session.Store].
func (s *Store) Unpass(ctx context.Context, key session.Key, clientID string) error {
	ctx, cancel := s.deadline(ctx)
	defer cancel()
	if err := s.client.HDel(ctx, sessionKey(key), "rp:"+clientID).Err(); err != nil {
		return trouble(ctx, err)
	}
	return nil
}

// Choose implements [session.Store].
func (s *Store) Choose(ctx context.Context, key session.Key, clientID string, left ...session.Key) error {
	if len(left) == 0 {
		_, err := s.run(ctx, chooseScript, []string{sessionKey(key)}, s.judged(clientID)...)
		return err
	}
	ctx, cancel := s.deadline(ctx)
	defer cancel()
	pipe := s.client.Pipeline()
	field, removed := bindingField(session.Scope{ClientID: clientID}), make([]*redis.IntCmd, len(left))
	for i, k := range left {
		removed[i] = pipe.HDel(ctx, sessionKey(k), field)
	}
	chosen := chooseScript.EvalSha(ctx, pipe, []string{sessionKey(key)}, s.judged(clientID)...)
	_, _ = pipe.Exec(ctx) // each has its own error
	reply, err := chosen.Slice()
	if redis.HasErrorPrefix(err, "NOSCRIPT") {
		reply, err = chooseScript.Run(ctx, s.client, []string{sessionKey(key)}, s.judged(clientID)...).Slice()
	}
	for _, r := range removed {
		if r.Err() != nil {
			return trouble(ctx, r.Err())
		}
	}
	a, err := judge(ctx, reply, err)
	s.saw(a.now)
	return err
}

// Withdraw implements [session.Store].
func (s *Store) Withdraw(ctx context.Context, key session.Key, clientID string) error {
	_, err := s.runDurable(ctx, withdrawScript, []string{sessionKey(key), familiesKey(key)}, s.judged(clientID)...)
	return err
}

// End implements [session.Store]. Ending again returns the same again, so that a
// caller whose reply was lost can finish.
func (s *Store) End(ctx context.Context, key session.Key, why session.Absence) (session.Ended, bool, error) {
	if !why.Ending() {
		return session.Ended{}, false, fmt.Errorf("redis: %q is not a way to end a session", string(why))
	}
	a, err := s.runDurable(ctx, endScript, []string{sessionKey(key), familiesKey(key)}, s.judged(string(why))...)
	if err != nil || a.text(0) == "" {
		return session.Ended{}, false, err
	}
	e := session.Ended{Key: key, UserID: a.text(0), SID: a.text(1), Group: a.text(2)}
	for client := range a.pairs(4) {
		e.Clients = append(e.Clients, client)
	}
	slices.Sort(e.Clients)
	return e, a.text(3) == "1", nil
}
