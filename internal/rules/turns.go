package rules

import (
	"context"
	"sync"
)

// turns lets each user have some workers at once and not all: whoever knows a name that
// makes a rule slow, and asks again and again, holds up nobody else.
type turns struct {
	most int

	mu   sync.Mutex
	held map[string]*turn
}

// turn is one user's. It is there while somebody has or wants one.
type turn struct {
	slots chan struct{}
	users int
}

// turnsOf leaves one of the workers to others, where there is more than one.
func turnsOf(workers int) *turns {
	return &turns{most: max(1, workers-1), held: map[string]*turn{}}
}

// take waits for a turn of the user. The caller gives it back.
func (t *turns) take(ctx context.Context, userID string) error {
	select {
	case t.of(userID).slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		t.leave(userID)
		return ctx.Err()
	}
}

func (t *turns) of(userID string) *turn {
	t.mu.Lock()
	defer t.mu.Unlock()
	u := t.held[userID]
	if u == nil {
		u = &turn{slots: make(chan struct{}, t.most)}
		t.held[userID] = u
	}
	u.users++
	return u
}

func (t *turns) give(userID string) {
	t.mu.Lock()
	<-t.held[userID].slots
	t.mu.Unlock()
	t.leave(userID)
}

func (t *turns) leave(userID string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	u := t.held[userID]
	if u.users--; u.users == 0 {
		delete(t.held, userID)
	}
}
