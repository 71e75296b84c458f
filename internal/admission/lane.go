package admission

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// Kind says how a request was refused.
type Kind string

// The kinds.
const (
	Waited Kind = "waited" // its turn did not come in time
	Full   Kind = "full"   // too many waited before it
	Unread Kind = "unread" // too many were there at all: not even looked at
)

// Bounds are what a lane allows itself.
type Bounds struct {
	Least, First, Most int // let in at a time; the same: it does not adapt
	Waiting            int // at most that wait for their turn
	Present            int // at most that are there at all, memory's bound
}

// Lane is one queue. It is safe for concurrent use.
type Lane struct {
	Name string

	bounds  Bounds
	present atomic.Int64

	mu     sync.Mutex
	pace   pace
	inside int
	line   line
	empty  time.Time // when nobody waited last, while somebody does
}

// NewLane returns a lane in which nobody is.
func NewLane(name string, b Bounds) *Lane {
	return &Lane{Name: name, bounds: b, pace: newPace(b)}
}

// How long a request may wait for its turn: longer where the queue is a burst that
// passes, and next to nothing once there was one for all of a window, because then every
// wait makes all those behind it wait (Nichols and Jacobson, Controlling queue delay).
const (
	burstWait = 500 * time.Millisecond
	standWait = 20 * time.Millisecond
)

// Arrive counts a request that came, or tells that there are too many to even look at
// it. Who arrived has to Depart.
func (l *Lane) Arrive() bool {
	if l.present.Add(1) <= int64(l.bounds.Present) {
		return true
	}
	l.present.Add(-1)
	return false
}

// Depart is for every Arrive that was true.
func (l *Lane) Depart() { l.present.Add(-1) }

// enter returns when it is the caller's turn, or how it was refused.
func (l *Lane) enter(ctx context.Context) (Kind, error) {
	l.mu.Lock()
	if l.inside < l.pace.limit() && l.line.len == 0 {
		l.inside++
		l.mu.Unlock()
		return "", nil
	}
	l.pace.pressed = true
	if l.line.len >= l.bounds.Waiting {
		l.mu.Unlock()
		return Full, nil
	}
	now := time.Now()
	if l.line.len == 0 {
		l.empty = now
	}
	wait := burstWait
	if l.stands(now) {
		wait = standWait
	}
	p := l.line.join()
	l.mu.Unlock()
	return l.await(ctx, p, wait)
}

// stands tells a queue that does not pass.
func (l *Lane) stands(now time.Time) bool { return l.line.len > 0 && now.Sub(l.empty) > window }

func (l *Lane) await(ctx context.Context, p *place, wait time.Duration) (Kind, error) {
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-p.turn:
		return "", nil
	case <-t.C:
	case <-ctx.Done():
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case p.called: // at the very last moment
		return "", nil
	case ctx.Err() != nil:
		l.line.drop(p)
		return "", ctx.Err()
	}
	l.line.drop(p)
	return Waited, nil
}

// leave makes room for the next. Of a queue that stands the last is the first: it has
// the most time left, and whoever waits longer is about to be refused.
func (l *Lane) leave(took time.Duration, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.inside--
	l.pace.learn(took, now)
	for l.inside < l.pace.limit() && l.line.len > 0 {
		l.line.call(l.stands(now))
		l.inside++
	}
}

// Waits tells whether somebody waits for their turn.
func (l *Lane) Waits() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.line.len > 0
}

// Limit is how many the lane lets in at a time now.
func (l *Lane) Limit() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.pace.limit()
}
