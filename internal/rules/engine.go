package rules

import (
	"context"
	"sync"
)

// Engine runs sets of rules. It is safe for concurrent use.
type Engine struct {
	config Config
	mu     sync.Mutex
}

// New returns an Engine, which starts no process before a set has rules.
func New(c Config) *Engine { return &Engine{config: c.withDefaults()} }

// Bound is one set, ready to judge. A nil Bound has no rules.
type Bound struct {
	set *Set
}

// With returns a set of rules ready to judge. A set without rules becomes nil.
func (e *Engine) With(s *Set) *Bound {
	if s == nil || len(s.Rules) == 0 {
		return nil
	}
	return &Bound{set: s}
}

// Version is that of the set, "" if there are no rules.
func (b *Bound) Version() string {
	if b == nil {
		return ""
	}
	return b.set.Version()
}

// Judge runs the rules on one authentication. Its error is a *Failure, or that of a
// context that was canceled.
func (b *Bound) Judge(ctx context.Context, in *Input) (Verdict, error) {
	if b == nil {
		return Verdict{}, nil
	}
	return Verdict{}, &Failure{Kind: Died, Detail: "no worker can be started"}
}

// Reads reports whether a rule mentions a name, so that what costs a trip is gathered
// for those only that look at it.
func (b *Bound) Reads(name string) bool { return b != nil }

// Close ends the workers.
func (e *Engine) Close() {}
