package factor

import (
	"errors"
	"slices"
	"time"
)

// Errors of what users present and of what they change.
var (
	ErrWrong   = errors.New("factor: it is not one of the user's")
	ErrUsed    = errors.New("factor: the code was used before")
	ErrCloned  = errors.New("factor: the passkey's counter went back: there may be a copy of it")
	ErrExists  = errors.New("factor: the user has one")
	ErrTooMany = errors.New("factor: the user has as many as are kept")
	ErrBusy    = errors.New("factor: changed by too many at once")
)

// Most of one user.
const (
	maxApps     = 5
	maxPasskeys = 20
	maxName     = 64 // characters
)

// Set is what a user has beside the password.
type Set struct {
	Apps     []App     `json:"apps,omitempty"`
	Passkeys []Passkey `json:"passkeys,omitempty"`
	// Recovery are hashes of the recovery codes that are left.
	Recovery [][]byte `json:"recovery,omitempty"`
}

// App is an authenticator app that shows codes.
type App struct {
	ID     string    `json:"id"`
	Secret []byte    `json:"secret"` // 20 bytes
	Step   int64     `json:"step"`   // of the last code that counted: that one and earlier ones do no more
	Made   time.Time `json:"made"`
	Used   time.Time `json:"used,omitzero"`
}

// Has tells whether there is a second factor. Recovery codes alone are none: they
// stand in for one that was lost.
func (s *Set) Has() bool { return len(s.Apps)+len(s.Passkeys) > 0 }

// Remove takes out the factor of an id, and tells whether there was one. The recovery
// codes go with the last.
func (s *Set) Remove(id string) bool {
	n := len(s.Apps) + len(s.Passkeys)
	s.Apps = slices.DeleteFunc(s.Apps, func(a App) bool { return a.ID == id })
	s.Passkeys = slices.DeleteFunc(s.Passkeys, func(p Passkey) bool { return p.ID == id })
	if !s.Has() {
		s.Recovery = nil
	}
	return len(s.Apps)+len(s.Passkeys) < n
}

// empty tells whether nothing is left to keep.
func (s *Set) empty() bool { return !s.Has() && len(s.Recovery) == 0 }
