package backchannel

import (
	"context"
	"errors"
	"time"
)

// Message is one app to be told of one session that ended.
type Message struct {
	ClientID string
	SID      string // of the session itself, not as the app knows it
	UserID   string // likewise
}

// Lease is a message that one worker has for Policy.Lease.
type Lease struct {
	Message
	Attempt int       // 1 for the first
	GivenUp time.Time // when it will not be tried any more
}

// Batch is what Lease took.
type Batch struct {
	Now     time.Time // by the queue's clock, as are all times here
	Leases  []Lease
	Expired []Lease   // were given up meanwhile, and are gone
	Next    time.Time // when there may be more; zero for an empty queue
	Pending int       // messages in all, those out on lease included
}

// Policy is how patiently apps are told.
type Policy struct {
	Keep    time.Duration // after which a message is given up
	Lease   time.Duration // longer than a delivery can take
	First   time.Duration // wait after the first failure; it doubles
	Longest time.Duration // wait at most
	Told    time.Duration // for which one that was delivered is not taken again
	PerApp  int           // deliveries to one app at once, while it answers well
	Most    int           // messages that wait for one app; the first of them make room
}

// Default is the policy of every node: of one queue there must be one. A
// tombstone lives for an hour, and while it does its ending may be told again.
var Default = Policy{
	Keep: 24 * time.Hour, Lease: 20 * time.Second, First: time.Second, Longest: 10 * time.Minute,
	Told: time.Hour, PerApp: 8, Most: 100_000,
}

// ErrFull is in the chain of Queue.Add's error when the store has no memory left.
var ErrFull = errors.New("backchannel: the store has no memory for the queue")

// Queue keeps messages until they are delivered or given up, for all nodes. Each
// method is one atomic step by the queue's own clock; done twice, because a reply
// was lost, it has the same result but for Lease, whose leases then run out. An
// error is an outage.
type Queue interface {
	// Add puts messages on the queue, all or none. One that waits, or was
	// delivered within p.Told, stays as it is. dropped is how many others had to
	// go for them.
	Add(ctx context.Context, p Policy, messages ...Message) (dropped int, err error)
	// Lease takes up to n messages that are due, apps in turn, and gives up those
	// that are too old. A lease that has run out is due again.
	Lease(ctx context.Context, p Policy, n int) (Batch, error)
	// Done ends a message that the app has answered; quickly raises how many it
	// gets at once. After another's lease it still ends it.
	Done(ctx context.Context, p Policy, l Lease, quickly bool) error
	// Retry puts a message back, and leaves the app alone for a while: the waits
	// grow with each failure and are multiplied by jitter, from 0 to 1. It does
	// nothing to a message that somebody else has by now.
	Retry(ctx context.Context, p Policy, l Lease, jitter float64, why string) error
	// Pending tells for which apps something waits, those that are due first, and
	// up to most of them.
	Pending(ctx context.Context, most int) ([]Pending, error)
}

// Pending is what waits for one app, for operators.
type Pending struct {
	ClientID string
	Waiting  int       // messages, those out on lease left out
	Out      int       // that are being delivered
	Next     time.Time // when it is tried again
	Failures int       // in a row; 0 while it answers
	Since    time.Time // of the first of them
	Error    string    // of the last of them
}
