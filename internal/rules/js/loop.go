package js

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// loop runs jobs one after the other in the goroutine of the run, as the event loop
// of a browser does. Only post may be called from elsewhere.
type loop struct {
	ready   []func() error
	timers  []*timer // by time, then in the order in which they were set
	last    int64    // id of the newest timer
	waiting int      // answers of the host that are still to come

	mu     sync.Mutex
	posted []func() error
	wake   chan struct{} // holds one where posted is not empty
}

type timer struct {
	id    int64
	at    time.Time
	every time.Duration // 0: once
	job   func() error
}

// errIdle: nothing is left to do, and nothing to wait for.
var errIdle = errors.New("js: nothing is left to run")

func newLoop() *loop { return &loop{wake: make(chan struct{}, 1)} }

// soon runs a job after the present one.
func (l *loop) soon(job func() error) { l.ready = append(l.ready, job) }

// post runs a job that some other goroutine brings.
func (l *loop) post(job func() error) {
	l.mu.Lock()
	l.posted = append(l.posted, job)
	l.mu.Unlock()
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// run ends when finished says so, with the first error of a job, with errIdle, or with
// that of ctx.
func (l *loop) run(ctx context.Context, finished func() bool) error {
	for !finished() {
		if err := ctx.Err(); err != nil {
			return err
		}
		l.gather()
		if len(l.ready) > 0 {
			job := l.ready[0]
			l.ready = l.ready[1:]
			if err := job(); err != nil {
				return err
			}
			continue
		}
		if err := l.wait(ctx); err != nil {
			return err
		}
	}
	return nil
}

// gather makes ready what was posted. A timer that is due is run once nothing else is
// ready, so that it can be cleared until then.
func (l *loop) gather() {
	l.mu.Lock()
	l.ready, l.posted = append(l.ready, l.posted...), nil
	l.mu.Unlock()
	if len(l.ready) == 0 && len(l.timers) > 0 && !l.timers[0].at.After(time.Now()) {
		t := l.timers[0]
		if l.timers = l.timers[1:]; t.every > 0 {
			t.at = time.Now().Add(t.every)
			l.insert(t)
		}
		l.ready = append(l.ready, t.job)
	}
}

// wait waits for the next timer or answer.
func (l *loop) wait(ctx context.Context) error {
	var due <-chan time.Time
	switch {
	case len(l.timers) > 0:
		t := time.NewTimer(time.Until(l.timers[0].at))
		defer t.Stop()
		due = t.C
	case l.waiting == 0:
		return errIdle
	}
	select {
	case <-due:
	case <-l.wake:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// set sets a timer.
func (l *loop) set(after time.Duration, repeat bool, job func() error) int64 {
	after = max(after, time.Millisecond) // as browsers do with 0
	l.last++
	t := &timer{id: l.last, at: time.Now().Add(after), job: job}
	if repeat {
		t.every = after
	}
	l.insert(t)
	return t.id
}

func (l *loop) insert(t *timer) {
	at := slices.IndexFunc(l.timers, func(other *timer) bool { return other.at.After(t.at) })
	if at < 0 {
		at = len(l.timers)
	}
	l.timers = slices.Insert(l.timers, at, t)
}

// clear forgets a timer.
func (l *loop) clear(id int64) {
	l.timers = slices.DeleteFunc(l.timers, func(t *timer) bool { return t.id == id })
}
