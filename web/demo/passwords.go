package demo

import (
	"context"
	"slices"
	"sync"

	"github.com/hush-sso/hush/internal/login"
)

// Passwords let the people of the demo change theirs, for as long as it runs.
type Passwords struct {
	// Replace lets requests that begin from now on know these people. Required.
	Replace func([]login.User) error
	People  []login.User // default: those of Users

	mu sync.Mutex
}

// CanChange tells whether this is one of the demo's people.
func (p *Passwords) CanChange(userID string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.find(userID) >= 0
}

// Change puts the hash next in the place of was. [login.ErrMoved]: the user's hash
// is not was any more.
func (p *Passwords) Change(_ context.Context, userID, was, next string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := p.find(userID)
	if i < 0 || p.People[i].PasswordHash != was {
		return login.ErrMoved
	}
	users := slices.Clone(p.People)
	users[i].PasswordHash = next
	if err := p.Replace(users); err != nil {
		return err
	}
	p.People = users
	return nil
}

func (p *Passwords) find(userID string) int {
	if p.People == nil {
		p.People = Users()
	}
	return slices.IndexFunc(p.People, func(u login.User) bool { return u.ID == userID })
}
