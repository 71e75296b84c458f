package upstream

import (
	"fmt"
	"strings"
)

// Set is the connections of a provider. It never changes, and is safe for concurrent
// use. A nil Set has none.
type Set struct {
	list     []*Source
	byName   map[string]*Source
	byDomain map[string]*Source
}

// NewSet returns the set of these connections, in their order.
func NewSet(list []Connection, calls *Calls) (*Set, error) {
	s := &Set{byName: map[string]*Source{}, byDomain: map[string]*Source{}}
	for _, c := range list {
		if err := c.Check(); err != nil {
			return nil, fmt.Errorf("connection %q: %w", c.Name, err)
		}
		if s.byName[c.Name] != nil {
			return nil, fmt.Errorf("connection %q stands twice", c.Name)
		}
		c.fill()
		at := &Source{Connection: c, calls: calls, alone: len(list) == 1}
		s.list, s.byName[c.Name] = append(s.list, at), at
		for _, domain := range c.Domains {
			if other := s.byDomain[domain]; other != nil {
				return nil, fmt.Errorf("connection %q: the domain %q is that of %q", c.Name, domain, other.Name)
			}
			s.byDomain[domain] = at
		}
	}
	return s, nil
}

// All returns the connections in their order.
func (s *Set) All() []*Source {
	if s == nil {
		return nil
	}
	return s.list
}

// Named returns a connection, nil for none.
func (s *Set) Named(name string) *Source {
	if s == nil {
		return nil
	}
	return s.byName[name]
}

// For returns the connection of whoever has this e-mail address, by its domain; nil for
// none.
func (s *Set) For(email string) *Source {
	if s == nil || len(s.byDomain) == 0 {
		return nil
	}
	at := strings.LastIndexByte(email, '@')
	if at < 1 {
		return nil
	}
	return s.byDomain[strings.ToLower(strings.TrimSpace(email[at+1:]))]
}

// HasDomains tells whether For can find anything.
func (s *Set) HasDomains() bool { return s != nil && len(s.byDomain) > 0 }
