package rules

import (
	"context"
	"fmt"
	"sync"
)

// pool keeps processes that hold one set.
type pool struct {
	setup    []byte // JSON of wire.Setup
	version  string // of the set
	memory   int64  // bytes that a process may have between runs
	living   *living
	argument string // of the command line that makes a worker
	// slots has one entry for each process that runs or is being started: those and
	// the idle ones together are never more than its capacity.
	slots chan struct{}

	mu      sync.Mutex
	idle    []*process // the last one is the next to run: its memory is warm
	retired bool       // nothing is kept any more
}

// warm starts all processes, in the background.
func (p *pool) warm() {
	for range cap(p.slots) {
		p.slots <- struct{}{}
		go p.replace()
	}
}

// take waits for a process. An error of ctx: none was free in time. The caller gives
// it back.
func (p *pool) take(ctx context.Context) (*process, error) {
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if w := p.pop(); w != nil {
		return w, nil
	}
	made := make(chan started, 1)
	go func() {
		w, err := p.start()
		made <- started{w, err}
	}()
	select {
	case s := <-made:
		if s.err != nil {
			<-p.slots
		}
		return s.process, s.err
	case <-ctx.Done(): // it is there for the next one
		go func() {
			if s := <-made; s.err == nil {
				p.give(s.process)
			} else {
				<-p.slots
			}
		}()
		return nil, ctx.Err()
	}
}

// started is what became of a process.
type started struct {
	process *process
	err     error
}

// pop takes the process that ran last, if it is still there.
func (p *pool) pop() *process {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.idle) > 0 {
		w := p.idle[len(p.idle)-1]
		p.idle = p.idle[:len(p.idle)-1]
		if w.alive() {
			return w
		}
	}
	return nil
}

func (p *pool) start() (*process, error) {
	w, err := start(p.setup, p.argument)
	if err == nil {
		err = p.living.add(w)
	}
	if err != nil {
		return nil, fmt.Errorf("start a worker: %w", err)
	}
	return w, nil
}

// give takes a process back. One that is dead, or has had its time, is replaced: its
// place is free again when the next one is there.
func (p *pool) give(w *process) {
	if p.keep(w) {
		<-p.slots
		return
	}
	w.kill("")
	go func() {
		<-w.gone // its memory is back before the next one has any
		p.replace()
	}()
}

// keep makes a process idle, unless it has to go.
func (p *pool) keep(w *process) bool {
	fit := w.alive() && w.fit(p.memory)
	p.mu.Lock()
	defer p.mu.Unlock()
	if !fit || p.retired {
		return false
	}
	p.idle = append(p.idle, w)
	return true
}

// replace starts an idle process and frees its slot. If it cannot, whoever needs one
// next tries, and hears why.
func (p *pool) replace() {
	defer func() { <-p.slots }()
	p.mu.Lock()
	retired := p.retired
	p.mu.Unlock()
	if retired {
		return
	}
	if w, err := p.start(); err == nil && !p.keep(w) {
		w.kill("")
	}
}

// retire ends what is idle, and lets what runs finish. The pool still works; it starts
// a process for each run then.
func (p *pool) retire() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.retired = true
	for _, w := range p.idle {
		w.kill("")
	}
	p.idle = nil
}
