package session

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

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

// judgeListed makes what the mark of everyone is upon a session that is over.
func (m *Manager) judgeListed(ctx context.Context, l *Listed, now time.Time) error {
	if l.State != "" {
		return nil
	}
	over, err := m.over(ctx, &l.Session, now)
	if over {
		l.State = Revoked
	}
	return err
}

// WithdrawAll takes back all that an app was granted in any session of the user,
// live or over, and tells in how many it took part. The remembered consent is to
// be forgotten before: what begins meanwhile asks for it.
func (m *Manager) WithdrawAll(ctx context.Context, userID, clientID string) (int, error) {
	part, n := Page{Limit: mostPage}, 0
	for {
		sessions, next, err := m.Sessions(ctx, userID, part)
		if err != nil {
			return n, fmt.Errorf("list sessions: %w", err)
		}
		for _, l := range sessions {
			if err := m.store.Withdraw(ctx, l.Key, clientID); err != nil {
				return n, fmt.Errorf("withdraw: %w", err)
			}
			if l.State == "" && slices.ContainsFunc(l.Apps, func(a App) bool { return a.ClientID == clientID }) {
				n++
			}
		}
		if part.After = next; next == "" {
			return n, nil
		}
	}
}

// describe reads many sessions, a page in a trip.
func (m *Manager) describe(ctx context.Context, keys []Key) ([]Listed, error) {
	all := make([]Listed, 0, len(keys))
	for part := range slices.Chunk(keys, mostPage) {
		read, now, err := m.store.Describe(ctx, part...)
		if err != nil {
			return nil, err
		}
		for i := range read {
			if err := m.judgeListed(ctx, &read[i], now); err != nil {
				return nil, err
			}
		}
		all = append(all, read...)
	}
	return all, nil
}
