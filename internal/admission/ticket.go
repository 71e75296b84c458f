package admission

import (
	"context"
	"errors"
	"sync"
	"time"
)

// ErrOverloaded: there are more requests than can be served. Nothing was done.
var ErrOverloaded = errors.New("more requests than this node can serve")

// Entrant is what a request's context holds under Key.
type Entrant interface {
	// Admit returns once the request may go on, at once where it was let in before.
	// Its error is ErrOverloaded or the context's.
	Admit(ctx context.Context) error
}

// Key is the context key of an Entrant.
type Key struct{}

// Admit lets a request in as its context says. Without an Entrant everything passes:
// what the node does by itself is not limited.
func Admit(ctx context.Context) error {
	if e, ok := ctx.Value(Key{}).(Entrant); ok {
		return e.Admit(ctx)
	}
	return nil
}

// Ticket is one request's, for its lane. It is safe for concurrent use: what a request
// does at the same time takes one place.
type Ticket struct {
	Lane *Lane // nil: not limited

	mu    sync.Mutex
	state state
	since time.Time // it was let in
	shed  Kind
}

type state uint8

const (
	outside state = iota
	inside
	refused
	left
)

// Admit implements Entrant. Once refused it stays so: a request is not half done. Once
// Leave was called everything passes: what goes on behind an answer is few.
func (t *Ticket) Admit(ctx context.Context) error {
	if t.Lane == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	switch t.state {
	case inside, left:
		return nil
	case refused:
		return ErrOverloaded
	}
	kind, err := t.Lane.enter(ctx)
	switch {
	case kind != "":
		t.state, t.shed = refused, kind
		return ErrOverloaded
	case err == nil:
		t.state, t.since = inside, time.Now()
	}
	return err
}

// Leave makes room. It returns how the request was refused, "" if it was not.
func (t *Ticket) Leave() Kind {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.state == inside {
		now := time.Now()
		t.Lane.leave(now.Sub(t.since), now)
	}
	t.state = left
	return t.shed
}
