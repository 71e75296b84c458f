package session

import (
	"context"
	"errors"
	"time"
)

// ResolveAll is Resolve for several handles of one browser, in one trip. What is
// not live has an Absence, or ErrUnreadable, of its own; an outage of one is an
// error for all, because without it nobody knows which of them counts.
func (m *Manager) ResolveAll(ctx context.Context, queries []Query) ([]Seen, error) {
	all := m.JudgedAll(ctx, queries, m.store.ResolveAll(ctx, queries))
	return all, Outage(all)
}

// Outage returns the first error that is no answer.
func Outage(all []Seen) error {
	for i := range all {
		if absent := Absence(""); all[i].Err != nil && !errors.As(all[i].Err, &absent) && !errors.Is(all[i].Err, ErrUnreadable) {
			return all[i].Err
		}
	}
	return nil
}

// JudgedAll is Judged for each.
func (m *Manager) JudgedAll(ctx context.Context, queries []Query, all []Seen) []Seen {
	for i := range all {
		all[i] = m.Judged(ctx, queries[i].ClientID, all[i])
	}
	return all
}

// Slides tells whether a use of a session now is one that moves its idle expiry.
func (m *Manager) Slides(s *Session, now time.Time) bool {
	return now.Sub(s.LastUse) > m.policy.For(s.Group, s.Remembered).Idle/SlideParts
}

// LifetimeIn returns the longest that sessions of a group live.
func (m *Manager) LifetimeIn(group string, remembered bool) time.Duration {
	return m.policy.For(group, remembered).Lifetime
}
