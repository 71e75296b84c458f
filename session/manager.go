package session

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/hush-sso/hush/internal/oauth"
)

// Manager is the session's one entrance.
type Manager struct {
	// Marks end sessions that nobody can list. Optional: set them before the
	// first use.
	Marks *Marks
	// OnEnd is told of every session that was ended, after it is a tombstone
	// and before End returns. Its error is End's; ending again tells again, so
	// it must be idempotent. To be set before first use. Default: nobody is told.
	OnEnd func(context.Context, Ended) error
	// OnBegin is told of every new session. Likewise.
	OnBegin func()

	store  Store
	users  UserStore
	policy Policy
}

// NewManager returns a manager over the two stores.
func NewManager(store Store, users UserStore, p Policy) *Manager {
	return &Manager{store: store, users: users, policy: p}
}

// CanRemember tells whether users may ask to stay signed in to the apps of an
// SSO group.
func (m *Manager) CanRemember(group string) bool { return m.policy.canRemember(group) }

// Generation is to be read before credentials are checked and handed to Start:
// a sign-in that overlaps "sign out everywhere" fails instead of surviving it.
func (m *Manager) Generation(ctx context.Context, userID string) (string, error) {
	turn, err := m.Marks.turn(ctx)
	if err != nil {
		return "", err
	}
	generation, err := m.users.Generation(ctx, userID)
	return begun{generation, turn}.String(), err
}

// Activate makes a pending session count.
func (m *Manager) Activate(ctx context.Context, key Key) error {
	return m.store.Activate(ctx, key)
}

// Resolve returns the session that a handle opens, as the app sees it, and the
// store's time, which is now for every decision that follows. Without a live
// session the error is an Absence; any other error is an outage.
func (m *Manager) Resolve(ctx context.Context, q Query) (Session, time.Time, error) {
	s, now, err := m.store.Resolve(ctx, q)
	seen := m.Judged(ctx, q.ClientID, Seen{Session: s, Now: now, Err: err})
	return seen.Session, seen.Now, seen.Err
}

// Participate records in the session what the app was granted and returns
// everything it now holds.
func (m *Manager) Participate(ctx context.Context, key Key, clientID string, granted oauth.Grants) (oauth.Grants, error) {
	return m.store.Participate(ctx, key, clientID, granted)
}

// Pass is Participate, and records which version of the provider's rules let the user
// in to the app; "" for none.
func (m *Manager) Pass(ctx context.Context, key Key, clientID string, granted oauth.Grants, version string) error {
	return m.store.Pass(ctx, key, clientID, granted, version)
}

// Unpass forgets that rules let the user in to the app.
func (m *Manager) Unpass(ctx context.Context, key Key, clientID string) error {
	return m.store.Unpass(ctx, key, clientID)
}

// Choose records that the user chose this account for the app, where the app
// takes part already: the choice of several accounts is then known next time. The
// browser's sessions of the others, left, lose the app's bindings: it would get those
// accounts by them in its frames.
func (m *Manager) Choose(ctx context.Context, key Key, clientID string, left ...Key) error {
	return m.store.Choose(ctx, key, clientID, left...)
}

// Withdraw takes back all that the app was granted in the session.
func (m *Manager) Withdraw(ctx context.Context, key Key, clientID string) error {
	return m.store.Withdraw(ctx, key, clientID)
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
