package ldapdir

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/hush-sso/hush/internal/login"
)

// Set is the directories of a provider. It never changes, and is safe for concurrent
// use. A nil Set has none.
type Set struct {
	list   []*Source
	byName map[string]*Source
	pace   pace
}

// NewSet returns the set of these directories, in the order in which they are asked.
func NewSet(list []Directory) (*Set, error) {
	s := &Set{byName: map[string]*Source{}}
	for _, d := range list {
		if err := d.Check(); err != nil {
			return nil, fmt.Errorf("directory %q: %w", d.Name, err)
		}
		if s.byName[d.Name] != nil {
			return nil, fmt.Errorf("directory %q stands twice", d.Name)
		}
		at := newSource(d, &s.pace)
		s.list, s.byName[d.Name] = append(s.list, at), at
	}
	return s, nil
}

// Empty tells whether there are none.
func (s *Set) Empty() bool { return s == nil || len(s.list) == 0 }

// Named returns a directory, nil for none.
func (s *Set) Named(name string) *Source {
	if s == nil {
		return nil
	}
	return s.byName[name]
}

// Find implements login.Elsewhere. The first directory that knows the name is the one:
// a password goes to no second. One that is away ends the search, for it may have been
// the one.
func (s *Set) Find(ctx context.Context, name, password string) (*login.Candidate, error) {
	for _, at := range s.list {
		if !at.serves(name) {
			continue
		}
		found, err := at.find(ctx, name, password)
		if found != nil || err != nil {
			return found, err
		}
	}
	return nil, nil
}

// Linger implements login.Elsewhere.
func (s *Set) Linger(ctx context.Context, name string, since time.Time) {
	if slices.ContainsFunc(s.list, func(at *Source) bool { return at.serves(name) }) {
		s.pace.linger(ctx, since)
	}
}

// Source is one directory at work.
type Source struct {
	Directory
	slots   chan struct{} // one for each connection
	waiting atomic.Int64  // for one of them, or about to
	pace    *pace
	first   server
}

func newSource(d Directory, p *pace) *Source {
	d.fill()
	return &Source{Directory: d, slots: make(chan struct{}, d.AtOnce), pace: p}
}

// serves tells whether a name, folded, may be one of its.
func (s *Source) serves(name string) bool {
	if len(s.Domains) == 0 {
		return true
	}
	_, domain, _ := strings.Cut(name, "@")
	return slices.Contains(s.Domains, domain)
}
