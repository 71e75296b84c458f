package audit

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

// Policy says what becomes of requests while the sink takes nothing.
type Policy string

// The policies.
const (
	// Continue serves them. Lines wait in memory as far as there is room.
	Continue Policy = "continue"
	// Refuse gives nothing that is not written down: Commit waits for its line, and
	// fails. What takes away, such as a sign-out, goes on.
	Refuse Policy = "refuse"
)

// ErrUnwritten is why nothing is given.
var ErrUnwritten = errors.New("audit: the audit log cannot be written")

// Sink is where lines go. Its methods are called one at a time, but for Reopen.
type Sink interface {
	// Write takes whole lines, in this order, and returns how many bytes of them are
	// kept: those of whole lines, also with an error.
	Write(lines []byte) (int, error)
	// Reopen lets go of what somebody else may have moved away; it is safe at any time.
	Reopen()
	Close() error
}

// Config is what a Log works with. Fields are required unless they say so.
type Config struct {
	Sink   Sink
	Policy Policy       // default Continue
	Node   string       // which one of several noted a line; "" leaves it out
	Silent Silent       // which silent renewals are noted; default KnownOnly
	Log    *slog.Logger // is told when the sink fails, and when it works again; default: nobody
	// Strangers is how many refusals of people and apps that are not known are noted in
	// a second: without a bound anybody could fill the disk. Default 10.
	Strangers int
}

// Silent says which silent renewals are noted.
type Silent string

// Which they are.
const (
	KnownOnly Silent = "known" // those of somebody: not that nobody is signed in
	AllSilent Silent = "all"
	NoSilent  Silent = "none"
)

// Bounds of what waits for the sink, in bytes and times.
const (
	maxWaiting = 8 << 20
	// commitTime is how long a request waits for its line: less than its own limit.
	commitTime = time.Second
	// again is when a sink that failed is tried next.
	again = time.Second
	// closing is how long the last lines may take.
	closing = 3 * time.Second
)

// Log is an audit log. It is safe for concurrent use; nil keeps nothing.
type Log struct {
	Config
	mu         sync.Mutex
	waiting    []byte // lines that the sink does not have
	spare      []byte // a buffer that nobody uses
	batch      *batch // of those who wait for the last of them
	failing    bool
	lost       int       // lines, since the last that told of it
	second     time.Time // in which strangers count
	strangers  int
	suppressed int
	wake       chan struct{}
	counts     counts
}

// batch are callers that wait for the same write.
type batch struct {
	done chan struct{}
	err  error // set before done is closed
}

func newBatch() *batch { return &batch{done: make(chan struct{})} }

// New returns a Log that keeps lines once it runs.
func New(c Config) *Log {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Strangers == 0 {
		c.Strangers = 10
	}
	return &Log{Config: c, wake: make(chan struct{}, 1), batch: newBatch(), counts: newCounts()}
}

// Note keeps what happened anyway. It never waits and never fails.
func (l *Log) Note(e Event) { l.add(e) }

// Commit keeps what is to be given now. With [Refuse] it returns when the line is with
// the sink, and otherwise ErrUnwritten: then it must not be given.
func (l *Log) Commit(ctx context.Context, e Event) error {
	b := l.add(e)
	if b == nil || l.Policy != Refuse {
		return nil
	}
	late := time.NewTimer(commitTime)
	defer late.Stop()
	select {
	case <-b.done:
		return b.err
	case <-late.C:
	case <-ctx.Done():
	}
	return ErrUnwritten
}

// Shut returns why nothing may be given now, nil where it may: it spares the work of
// what could not be committed.
func (l *Log) Shut() error {
	if l == nil || l.Policy != Refuse {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failing {
		return ErrUnwritten
	}
	return nil
}

// failed is a batch that waits for nothing.
var failed = func() *batch {
	b := newBatch()
	b.err = ErrUnwritten
	close(b.done)
	return b
}()

// add puts a line behind those that wait, and returns what tells when the sink has it;
// nil where it is not to be written.
func (l *Log) add(e Event) *batch {
	if l == nil || !l.wanted(&e) {
		return nil
	}
	now := time.Now()
	line := e.line(now, l.Node)
	l.mu.Lock()
	defer l.mu.Unlock()
	if e.stranger() && !l.room(now) {
		l.suppressed++
		return nil
	}
	l.counts.events.WithLabelValues(string(e.Kind)).Inc()
	if len(l.waiting)+len(line) > maxWaiting {
		l.lost++
		l.counts.lost.Inc()
		return failed
	}
	l.waiting = append(l.waiting, line...)
	l.rouse()
	if l.failing {
		return failed
	}
	return l.batch
}

// wanted tells whether the line is one that is written.
func (l *Log) wanted(e *Event) bool {
	if e.Kind != Renewal && e.Kind != RenewalRefused {
		return true
	}
	return l.Silent == AllSilent || l.Silent != NoSilent && e.User != ""
}

// room tells, under mu, whether one more line of a stranger is written this second.
func (l *Log) room(now time.Time) bool {
	if now.Sub(l.second) >= time.Second {
		l.second, l.strangers = now, 0
		l.told(now, Suppressed, &l.suppressed)
	}
	l.strangers++
	return l.strangers <= l.Strangers
}

// told adds, under mu, a line of how many there are not.
func (l *Log) told(now time.Time, kind Kind, n *int) {
	if *n == 0 {
		return
	}
	e := Event{Kind: kind, Count: *n}
	l.waiting = append(l.waiting, e.line(now, l.Node)...)
	*n = 0
}

// Reopen lets the sink follow a file that was moved away.
func (l *Log) Reopen() {
	if l != nil {
		l.Sink.Reopen()
	}
}
