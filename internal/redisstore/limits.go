package redisstore

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hush-sso/hush/session"
)

// Limited returns the store as one that judges sessions by the limits of a
// policy, where they are lower than those under which a session began. Both are
// the same Redis, and closing one closes the other.
func (s *Store) Limited(p session.Policy) *Store {
	limited := *s
	limited.limits = limitsText(p)
	return &limited
}

// limitsText is a policy as record.lua's limits reads it.
func limitsText(p session.Policy) string {
	var b strings.Builder
	for _, group := range append(slices.Sorted(maps.Keys(p.Groups)), "") {
		l, r := p.For(group, false), p.For(group, true)
		fmt.Fprintf(&b, "\n%s\t%d %d %d %d", group, l.Idle.Milliseconds(), l.Lifetime.Milliseconds(),
			r.Idle.Milliseconds(), r.Lifetime.Milliseconds())
	}
	return b.String()
}

// judged are the arguments of a script that reads a session record: the limits
// come last.
func (s *Store) judged(args ...any) []any { return append(args, s.limits) }
