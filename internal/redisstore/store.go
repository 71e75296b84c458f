package redisstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/hush-sso/hush/internal/token"
	"github.com/hush-sso/hush/session"
)

// Store is Redis as Hush uses it. It is safe for concurrent use. Every method
// returns by the deadline of its context, or within its patience if that has none.
//
// An error is one of the answers that the implemented interfaces name, or else
// trouble with Redis, with the cause in its chain.
type Store struct {
	client   redis.UniversalClient
	combined *combiner // over client
	replica  time.Duration
	patience time.Duration
	embedded bool
	close    func() error
	ahead    *atomic.Pointer[time.Duration] // the server's clock less ours, as last seen
	limits   string                         // of the policy, as record.lua reads them
}

var (
	_ session.Store     = (*Store)(nil)
	_ session.UserStore = (*Store)(nil)
	_ session.MarkStore = (*Store)(nil)
	_ token.GrantStore  = (*Store)(nil)
	_ token.KeyStore    = (*Store)(nil)
)

func open(c redis.UniversalClient, o Options, closed func() error) *Store {
	return &Store{
		client: c, combined: newCombiner(c), replica: o.ReplicaWait, patience: o.Patience, close: closed,
		ahead: new(atomic.Pointer[time.Duration]),
	}
}

// Client returns the client underneath, for test kits.
func (s *Store) Client() redis.UniversalClient { return s.client }

// IsEmbedded tells whether it lives inside the process.
func (s *Store) IsEmbedded() bool { return s.embedded }

// Patience is what Options say of it, 0 for the default.
func (s *Store) Patience() time.Duration { return s.patience }

// Close ends the connections, and with an embedded store all that it holds.
func (s *Store) Close() error { return s.close() }

// defaultDeadline is for callers without one: longer than a failover's
// reconnect, shorter than a browser's patience with a hidden iframe.
const defaultDeadline = 1500 * time.Millisecond

func (s *Store) deadline(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, cmp.Or(s.patience, defaultDeadline))
}

// answer is a script's reply: a status, the server's time and what follows.
type answer struct {
	now  time.Time
	rest []any
}

// text returns the i-th value after the time; absent is "".
func (a answer) text(i int) string {
	if i >= len(a.rest) {
		return ""
	}
	s, _ := a.rest[i].(string)
	return s
}

// run runs a script that may be lost with the primary: reads, and writes that
// are made again at the next use.
func (s *Store) run(ctx context.Context, sc *redis.Script, keys []string, args ...any) (answer, error) {
	ctx, cancel := s.deadline(ctx)
	defer cancel()
	reply, err := sc.Run(ctx, s.client, keys, args...).Slice()
	a, err := judge(ctx, reply, err)
	s.saw(a.now)
	return a, err
}

// runTogether is run for what is asked often: concurrent callers share trips.
func (s *Store) runTogether(ctx context.Context, sc *redis.Script, keys []string, args ...any) (answer, error) {
	ctx, cancel := s.deadline(ctx)
	defer cancel()
	reply, err := s.combined.run(ctx, sc, keys, args)
	a, err := judge(ctx, reply, err)
	s.saw(a.now)
	return a, err
}

// saw notes the server's clock as an answer shows it.
func (s *Store) saw(now time.Time) {
	if !now.IsZero() {
		ahead := time.Until(now)
		s.ahead.Store(&ahead)
	}
}

// latest is the server's time at which the caller gives up, in ms; 0 where its
// clock was not seen yet.
func (s *Store) latest(ctx context.Context) int64 {
	ahead := s.ahead.Load()
	end, ok := ctx.Deadline()
	if ahead == nil || !ok {
		return 0
	}
	return end.Add(*ahead).UnixMilli()
}

// judge tells trouble, refusal and success apart.
func judge(ctx context.Context, reply []any, err error) (answer, error) {
	if err != nil {
		return answer{}, trouble(ctx, err)
	}
	if len(reply) < 2 {
		return answer{}, fmt.Errorf("redis: script answered %d values", len(reply))
	}
	status, _ := reply[0].(string)
	now, err := millis(reply[1])
	if err != nil {
		return answer{}, err
	}
	return answer{now: now, rest: reply[2:]}, refusal(status)
}

// refusal returns the error that a script's status stands for.
func refusal(status string) error {
	switch status {
	case "ok":
		return nil
	case "code_expired":
		return token.ErrExpired
	case "not_granted":
		return token.ErrNotGranted
	case "replayed":
		return token.ErrReplayed
	case "full":
		return session.ErrFull
	case "reused":
		return token.ErrReused
	case "grant_revoked":
		return token.ErrRevoked
	case "moved":
		return token.ErrKeysMoved
	case "used":
		return errUsed
	case "late":
		return errLate
	case "changed":
		return errChanged
	case "unbound":
		return errUnbound
	}
	switch a := session.Absence(status); a {
	case session.Gone, session.Idle, session.Expired, session.Superseded, session.Pending:
		return a
	default:
		if a.Ending() {
			return a
		}
	}
	// Not an Absence: what cannot be read must not look like a sign-out.
	return fmt.Errorf("redis: %w (%s)", session.ErrUnreadable, status)
}

// trouble wraps an error of the client. A hung server shows there as an I/O
// timeout: callers are to see a deadline.
func trouble(ctx context.Context, err error) error {
	cause := ctx.Err()
	if timeout := net.Error(nil); cause == nil && errors.As(err, &timeout) && timeout.Timeout() {
		cause = context.DeadlineExceeded
	}
	if cause != nil && !errors.Is(err, cause) {
		return fmt.Errorf("redis: %w (%w)", cause, err)
	}
	return fmt.Errorf("redis: %w", err)
}
