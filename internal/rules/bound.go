package rules

import (
	"context"
	"errors"
	"time"
)

// Bound is one set, ready to judge. A nil Bound has no rules. It is safe for
// concurrent use.
type Bound struct {
	engine  *Engine
	set     *Set
	pool    *pool
	names   names
	secrets *redaction
}

// Version is that of the set, "" if there are no rules.
func (b *Bound) Version() string {
	if b == nil {
		return ""
	}
	return b.set.Version()
}

// Reads reports whether a rule may look at something of this name: what costs a trip
// is gathered for those only that do.
func (b *Bound) Reads(name string) bool { return b != nil && b.names.have(name) }

// Skips tells whether some rules need not run again where the set passed before: only
// then is it worth recording that it did.
func (b *Bound) Skips() bool { return b != nil && len(b.set.SkipSilent) > 0 }

// Judge runs the rules on one authentication. Its error is a *Failure, or
// [context.Canceled] where ctx was canceled. The rules go on then until they are done:
// what they change outside is whole, and nobody can end workers by going away.
func (b *Bound) Judge(ctx context.Context, in *Input) (Verdict, error) {
	if b == nil {
		return Verdict{}, nil
	}
	started := time.Now()
	skip := b.skip(in)
	if len(skip) == len(b.set.Rules) {
		return Verdict{}, nil
	}
	input, err := encode(in, skip, b.engine.config.Timeout)
	if err != nil {
		return Verdict{}, err
	}
	b.engine.judges(b.pool)
	v, err := b.judge(ctx, input, in)
	if errors.Is(err, context.Canceled) {
		return Verdict{}, err
	}
	v.Took = time.Since(started)
	return v, err
}

// skip are the rules that need not run.
func (b *Bound) skip(in *Input) map[string]bool {
	if !in.Silent || in.Passed == "" || in.Passed != b.Version() {
		return nil
	}
	skip := map[string]bool{}
	for _, r := range b.set.Rules {
		if b.set.SkipSilent[r.File] {
			skip[r.File] = true
		}
	}
	return skip
}

// judge finds a worker and waits for what it says.
func (b *Bound) judge(ctx context.Context, input []byte, in *Input) (Verdict, error) {
	p, err := b.take(ctx, in.User.UserID)
	if err != nil {
		return Verdict{}, err
	}
	r := &run{bound: b, process: p, userID: in.User.UserID, scope: in.Context.AccessToken.Scope, result: make(chan result, 1)}
	go r.do(context.WithoutCancel(ctx), input)
	select {
	case got := <-r.result:
		return got.verdict, got.err
	case <-ctx.Done():
		return Verdict{}, ended(ctx, &Failure{Kind: TimedOut, Detail: "the request had no more time"})
	}
}

// take waits for a worker as long as the request lasts, but for half the time of a run:
// who gets one later has nothing of it, and keeps it from others.
func (b *Bound) take(ctx context.Context, userID string) (*process, error) {
	wait := b.engine.config.Timeout
	if end, ok := ctx.Deadline(); ok {
		wait = max(wait/2, time.Until(end)-wait/2)
	}
	short, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	p, err := b.turn(short, userID)
	switch {
	case err == nil:
		return p, nil
	case short.Err() != nil:
		return nil, ended(ctx, &Failure{Kind: Overload, Detail: "no worker was free in time"})
	}
	return nil, &Failure{Kind: Died, Detail: err.Error()}
}

// turn waits until it is the user's turn, and then for a worker.
func (b *Bound) turn(ctx context.Context, userID string) (*process, error) {
	if err := b.engine.turns.take(ctx, userID); err != nil {
		return nil, err
	}
	p, err := b.pool.take(ctx)
	if err != nil {
		b.engine.turns.give(userID)
	}
	return p, err
}

// ended is the error of what ctx ended.
func ended(ctx context.Context, f *Failure) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return context.Canceled
	}
	return f
}
