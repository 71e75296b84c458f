package session

import "time"

// Limits are how long a session lives. A zero is the default.
type Limits struct {
	Idle     time.Duration // without activity; default 72 h
	Lifetime time.Duration // at most, whatever happens; default 168 h
}

// Policy is what sessions are allowed. Limits that are lowered hold for every
// session at its next use, raised ones for sessions that begin from then on.
type Policy struct {
	Limits
	// Remember are the limits of users who ask to stay signed in. Default: they
	// cannot ask.
	Remember *Limits
	// Groups are SSO groups in which something differs, by name.
	Groups map[string]GroupPolicy
	// MaxPerUser is how many sessions one user may have at once, pending ones
	// included. Default 0, any number.
	MaxPerUser int
	WhenFull   WhenFull
}

// GroupPolicy is what differs in one SSO group. A zero is as in the others.
type GroupPolicy struct {
	Limits
	Remember *Limits // that are zero: nobody can ask to stay signed in here
}

// WhenFull is what becomes of a sign-in of a user who has all the sessions that
// one user may have.
type WhenFull uint8

// What can become of it.
const (
	EndOldest WhenFull = iota // the user's oldest session makes room
	RefuseNew                 // it fails with ErrFull
)

const (
	defaultIdle     = 72 * time.Hour
	defaultLifetime = 168 * time.Hour
)

// For returns the limits of sessions in a group. Remembered ones where nobody
// can ask to stay signed in have those of the others.
func (p Policy) For(group string, remembered bool) Limits {
	g := p.Groups[group]
	if remembered && p.canRemember(group) {
		l := p.Remember
		if g.Remember != nil {
			l = g.Remember
		}
		return l.or(Limits{defaultIdle, defaultLifetime})
	}
	return g.Limits.or(p.Limits).or(Limits{defaultIdle, defaultLifetime})
}

// Longest is how long a session can live.
func (p Policy) Longest() time.Duration {
	longest := max(p.For("", false).Lifetime, p.For("", true).Lifetime)
	for group := range p.Groups {
		longest = max(longest, p.For(group, false).Lifetime, p.For(group, true).Lifetime)
	}
	return longest
}

func (p Policy) canRemember(group string) bool {
	if r := p.Groups[group].Remember; r != nil {
		return *r != Limits{}
	}
	return p.Remember != nil
}

// or fills in what is zero.
func (l Limits) or(other Limits) Limits {
	if l.Idle == 0 {
		l.Idle = other.Idle
	}
	if l.Lifetime == 0 {
		l.Lifetime = other.Lifetime
	}
	return l
}
