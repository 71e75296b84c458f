package session

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Scope is what a binding is good for: one client, framed by pages of one site, or
// one more hostname of the provider. The zero Scope is a session's own secret,
// which is good for everything.
type Scope struct {
	ClientID string
	Site     string // as client.Site has it; with ClientID
	Host     string // instead of the two
}

// valid tells whether it is exactly one of the two kinds.
func (s Scope) valid() bool {
	renewal := s.ClientID != "" && s.Site != "" && s.Host == ""
	host := s.ClientID == "" && s.Site == "" && s.Host != ""
	return (renewal || host) && !strings.ContainsAny(s.ClientID+s.Site+s.Host, "\t\r\n")
}

// Binding is another secret of a session, good for less than the session's own.
// Whatever ends the session or is judged of it counts for its bindings too, at
// once: they are judged in the same script. Who presents one sees the sign-in that
// it was made under: a later one, for more, does not raise what was taken before.
// Another password ends it, as does taking back the client's consent.
type Binding struct {
	Scope Scope
	Life  time.Duration // 0: as long as the session
	// AuthTime is that of the sign-in that it is made under, as a session, a code
	// or a token tells it. Zero: the session's last one.
	AuthTime time.Time
	// FreshFor leaves it at the one that stands where the scope has one that was
	// made less than this ago. 0: a new one is made always.
	FreshFor time.Duration
	// UserID and Group are those that the session must have, or else it is Gone;
	// "": any.
	UserID, Group string
	// Grant is what it is planted on, by the id that revoking it goes by: one that was
	// revoked plants nothing. "": it is planted on no grant.
	Grant string
}

// Room is how many bindings one scope's client or host has in a session; the
// oldest of the site makes room, else the oldest. Two tabs that are bound at once
// do not throw each other out, nor do an app's pages on several sites.
const Room = 4

// Bind makes a binding and returns the handle that opens it, to be presented with
// a Query of that Scope, and the session as that shows it. Only for who proved to act for the session's browser. The
// zero handle without an error: one that is fresh stands, or the sign-in is neither
// the last one nor that of a binding that stands, so that nothing is known of it.
// Without a live session, or where the client takes no part in it, the error is an
// Absence.
func (m *Manager) Bind(ctx context.Context, key Key, b Binding) (Handle, Session, error) {
	if !b.Scope.valid() || b.Life < 0 || b.FreshFor < 0 {
		return Handle{}, Session{}, errors.New("session: a binding is for a client and a site, or for a host")
	}
	h := Handle{Key: key, Secret: newSecret()}
	s, now, made, err := m.store.Bind(ctx, h, b)
	if made && !b.fits(&s) {
		err = Gone
	} else if made {
		err = m.Judged(ctx, b.Scope.ClientID, Seen{Session: s, Now: now}).Err
	}
	switch {
	case err != nil:
		return Handle{}, Session{}, fmt.Errorf("bind: %w", err)
	case !made:
		return Handle{}, Session{}, nil
	}
	return h, s, nil
}

func (b *Binding) fits(s *Session) bool {
	return (b.UserID == "" || b.UserID == s.UserID) && (b.Group == "" || b.Group == s.Group)
}
