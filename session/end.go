package session

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"
)

// Ended is a session that was ended, zero where nothing was there. Ending it
// again returns the same, for as long as its tombstone is kept.
type Ended struct {
	Key     Key
	SID     string
	UserID  string
	Group   string
	Clients []string // who took part, sorted
	Why     Absence  // as it was asked for this time
}

// End ends one session. When it returns without error nothing is issued for
// the session any more, by any node, and OnEnd was told.
func (m *Manager) End(ctx context.Context, key Key, why Absence) (Ended, error) {
	if !why.Ending() {
		return Ended{}, fmt.Errorf("session: %q is not a way to end one", string(why))
	}
	e, kept, err := m.store.End(ctx, key, why)
	if err != nil {
		return Ended{}, fmt.Errorf("end session: %w", err)
	}
	if e.UserID == "" {
		return Ended{}, nil
	}
	e.Why = why
	if m.OnEnd != nil {
		if err := m.OnEnd(ctx, e); err != nil {
			return Ended{}, fmt.Errorf("tell of the end: %w", err)
		}
	}
	if kept {
		return e, nil
	}
	if err := m.users.Delist(ctx, e.UserID, key); err != nil {
		return Ended{}, fmt.Errorf("delist session: %w", err)
	}
	return e, nil
}

// atOnce is how many sessions of one user are ended side by side.
const atOnce = 8

// EndUser ends the sessions of a user, sign-ins under way included, but for
// those that keep tells to keep; nil keeps none. It returns those that it
// ended, also with an error: then others may be left, and calling it again ends
// them.
func (m *Manager) EndUser(ctx context.Context, userID string, why Absence, keep func(Listed) bool) ([]Ended, error) {
	keys, err := m.users.Turn(ctx, userID)
	if err != nil {
		return nil, fmt.Errorf("turn generation: %w", err)
	}
	if keep != nil {
		all, err := m.describe(ctx, keys)
		if err != nil {
			return nil, fmt.Errorf("read sessions: %w", err)
		}
		keys = keys[:0]
		for _, l := range all {
			if !keep(l) {
				keys = append(keys, l.Key)
			}
		}
	}
	return m.endAll(ctx, keys, why)
}

// endAll ends every one that it can.
func (m *Manager) endAll(ctx context.Context, keys []Key, why Absence) ([]Ended, error) {
	var (
		work  errgroup.Group
		mu    sync.Mutex
		ended []Ended
		errs  []error
	)
	work.SetLimit(atOnce)
	for _, key := range keys {
		work.Go(func() error {
			e, err := m.End(ctx, key, why)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				errs = append(errs, err)
			} else if e.UserID != "" {
				ended = append(ended, e)
			}
			return nil
		})
	}
	_ = work.Wait() // the errors are in errs
	return ended, errors.Join(errs...)
}
