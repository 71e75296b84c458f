package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hush-sso/hush/internal/oauth"
)

// Policy is how long sessions live.
type Policy struct {
	Idle     time.Duration // without activity; default 72 h
	Lifetime time.Duration // at most, whatever happens; default 168 h
}

// Manager is the session's one entrance.
type Manager struct {
	// Marks end sessions that nobody can list. Optional: set them before the
	// first use.
	Marks *Marks

	store  Store
	users  UserStore
	policy Policy
}

// NewManager returns a manager over the two stores.
func NewManager(store Store, users UserStore, p Policy) *Manager {
	if p.Idle == 0 {
		p.Idle = 72 * time.Hour
	}
	if p.Lifetime == 0 {
		p.Lifetime = 168 * time.Hour
	}
	return &Manager{store: store, users: users, policy: p}
}

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

// SignIn is a user who has just proved who they are.
type SignIn struct {
	UserID     string
	Generation string // as read before the proof
	ACR        string
	AMR        []string // RFC 8176
	Group      string
	// Current is what the browser presented. A live session of the same user
	// goes on with a new secret; one of another user is ended.
	Current Handle
}

// start is Start without a look at the marks.
func (m *Manager) start(ctx context.Context, in SignIn) (Handle, error) {
	if !in.Current.IsZero() {
		h, err := m.renew(ctx, in)
		if err != nil || !h.IsZero() {
			return h, err
		}
	}
	h := newHandle()
	// Listed before it exists: whoever ends all sessions of the user then
	// leaves a tombstone at this key, and Create fails.
	expires := time.Now().Add(m.policy.Lifetime)
	if err := m.users.Enlist(ctx, in.UserID, in.Generation, h.Key, expires); err != nil {
		return Handle{}, fmt.Errorf("list session: %w", err)
	}
	err := m.store.Create(ctx, Record{
		Handle: h, SID: newSID(), UserID: in.UserID, ACR: in.ACR, AMR: in.AMR, Group: in.Group,
		Idle: m.policy.Idle, Lifetime: m.policy.Lifetime,
	})
	if err != nil {
		return Handle{}, fmt.Errorf("create session: %w", err)
	}
	return h, nil
}

// renew goes on with the browser's session if it is this user's; the zero
// handle means that a new session is needed.
func (m *Manager) renew(ctx context.Context, in SignIn) (Handle, error) {
	s, now, err := m.store.Resolve(ctx, Query{Handle: in.Current})
	if absent := Absence(""); errors.As(err, &absent) || errors.Is(err, ErrUnreadable) {
		return Handle{}, nil
	}
	if err != nil {
		return Handle{}, fmt.Errorf("read current session: %w", err)
	}
	over, err := m.over(ctx, &s, now)
	if err != nil {
		return Handle{}, err
	}
	if over {
		return Handle{}, m.End(ctx, in.Current.Key, Revoked)
	}
	if s.UserID != in.UserID || s.Group != in.Group {
		return Handle{}, m.End(ctx, in.Current.Key, Replaced)
	}
	h := Handle{Key: in.Current.Key, Secret: newSecret()}
	err = m.store.Renew(ctx, in.Current, Renewal{NewSecret: h.Secret, ACR: in.ACR, AMR: in.AMR})
	if absent := Absence(""); errors.As(err, &absent) {
		return Handle{}, nil // ended in between: the sign-in makes a new one
	}
	if err != nil {
		return Handle{}, fmt.Errorf("renew session: %w", err)
	}
	return h, nil
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
	seen := m.Judged(ctx, q.ClientID, Seen{s, now, err})
	return seen.Session, seen.Now, seen.Err
}

// Participate records in the session what the app was granted and returns
// everything it now holds.
func (m *Manager) Participate(ctx context.Context, key Key, clientID string, granted oauth.Grants) (oauth.Grants, error) {
	return m.store.Participate(ctx, key, clientID, granted)
}

// Withdraw takes back all that the app was granted in the session.
func (m *Manager) Withdraw(ctx context.Context, key Key, clientID string) error {
	return m.store.Withdraw(ctx, key, clientID)
}

// End ends one session. When it returns without error nothing is issued for
// the session any more, by any node.
func (m *Manager) End(ctx context.Context, key Key, why Absence) error {
	if !why.Ending() {
		return fmt.Errorf("session: %q is not a way to end one", string(why))
	}
	userID, err := m.store.End(ctx, key, why)
	if err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	if userID == "" {
		return nil
	}
	if err := m.users.Delist(ctx, userID, key); err != nil {
		return fmt.Errorf("delist session: %w", err)
	}
	return nil
}

// EndAll ends every session of a user, sign-ins under way included.
func (m *Manager) EndAll(ctx context.Context, userID string, why Absence) error {
	keys, err := m.users.Turn(ctx, userID)
	if err != nil {
		return fmt.Errorf("turn generation: %w", err)
	}
	var errs []error
	for _, key := range keys {
		errs = append(errs, m.End(ctx, key, why))
	}
	return errors.Join(errs...)
}
