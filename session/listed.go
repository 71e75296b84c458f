package session

import (
	"context"
	"slices"
	"time"

	"github.com/hush-sso/hush/internal/oauth"
)

// Listed is a session as its user or an operator sees it, read without its
// secret. What was forgotten with its end is zero.
type Listed struct {
	Session
	State Absence // "" for a live session, else why it is none
	Apps  []App   // that took part, by client id
}

// App is one app's part in a session.
type App struct {
	ClientID string
	FirstUse time.Time
	Chosen   time.Time // see Session
	Granted  oauth.Grants
}

// Page asks for a part of a list.
type Page struct {
	After string // what came with the part before; "" for the first
	Limit int    // at most so many, from 1 to 100; 0 is 20
}

const (
	defaultPage = 20
	mostPage    = 100
)

func (p Page) bounded() Page {
	if p.Limit <= 0 {
		p.Limit = defaultPage
	}
	p.Limit = min(p.Limit, mostPage)
	return p
}

// Describe returns one session with all its apps, by the key alone. Where there
// is none its State says so; an error means that the store could not answer.
func (m *Manager) Describe(ctx context.Context, key Key) (Listed, error) {
	all, err := m.describe(ctx, []Key{key})
	if err != nil {
		return Listed{}, err
	}
	return all[0], nil
}

// Sessions returns a part of the user's sessions, the latest to expire first,
// and the Page.After of the next part, "" after the last. Sessions that are over
// are among them until they are forgotten, and those that are Gone stay while
// refresh tokens outlive them.
func (m *Manager) Sessions(ctx context.Context, userID string, p Page) ([]Listed, string, error) {
	keys, next, err := m.users.List(ctx, userID, p.bounded())
	if err != nil || len(keys) == 0 {
		return nil, "", err
	}
	all, err := m.describe(ctx, keys)
	return all, next, err
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

// judgeListed makes what the mark of everyone is upon a session that is over.
func (m *Manager) judgeListed(ctx context.Context, l *Listed, now time.Time) error {
	if l.State != "" {
		return nil //nolint:nilerr // a state, and no failure
	}
	over, err := m.over(ctx, &l.Session, now)
	if over {
		l.State = Revoked
	}
	return err
}
