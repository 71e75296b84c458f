package rules

import (
	"errors"
	"maps"
	"slices"
	"sync"
)

// living are all processes of an engine, busy ones and idle ones.
type living struct {
	mu     sync.Mutex
	all    map[*process]bool
	closed bool
}

var errClosed = errors.New("the engine is closed")

// add remembers a process until it is gone.
func (l *living) add(p *process) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		p.kill("")
		return errClosed
	}
	if l.all == nil {
		l.all = map[*process]bool{}
	}
	l.all[p] = true
	go func() {
		<-p.gone
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.all, p)
	}()
	return nil
}

// close ends all and waits until they are gone.
func (l *living) close() {
	l.mu.Lock()
	l.closed = true
	all := slices.Collect(maps.Keys(l.all))
	l.mu.Unlock()
	for _, p := range all {
		p.kill(errClosed.Error())
	}
	for _, p := range all {
		<-p.gone
	}
}
