package session

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"
)

// MarkStore keeps marks, for all nodes.
type MarkStore interface {
	// Marks returns every mark by its client, "" for that of everyone, in unix
	// seconds, and the store's time.
	Marks(ctx context.Context) (map[string]int64, time.Time, error)

	// SetMark moves one mark to what the store's time is in lead, cut to the
	// second, and by a second at least. It returns the mark and the store's time.
	// Where parts of the store have clocks of their own the latest counts.
	SetMark(ctx context.Context, clientID string, lead time.Duration) (mark int64, now time.Time, err error)
}

// How long the marks that a node has read may be used: LeaseShared where nodes
// share a store, LeaseAlone where the store is inside the process. All nodes must
// agree on it: who sets a mark waits for as long.
const (
	LeaseShared = 3 * time.Second
	LeaseAlone  = 300 * time.Millisecond
)

const (
	// leaseRoom is for clocks that run at different speeds.
	leaseRoom = 250 * time.Millisecond
	// clockRoom is how far two parts of a store may disagree on the time: each
	// differs from a node that is ready by five seconds at most.
	clockRoom = 10 * time.Second
	// readTime bounds one reading of the marks.
	readTime = time.Second
	// tries is how often they are read for one who asks: on a machine that stood still
	// what was read may be too old at once.
	tries = 5
)

// Marks end what nobody could list: all sessions of one client, or everyone's.
// The package comment says why nothing is issued after Set. The nil Marks has no
// mark. It is safe for concurrent use.
type Marks struct {
	store MarkStore
	lease time.Duration
	held  atomic.Pointer[heldMarks]
	reads singleflight.Group
}

// heldMarks is a copy of the store's marks. It never changes.
type heldMarks struct {
	at    map[string]int64
	asked time.Time // when it was asked for, by this node's clock
	now   time.Time // the store's, when it answered
}

// NewMarks returns marks that are read at their first use, and kept read by Run.
func NewMarks(store MarkStore, lease time.Duration) *Marks {
	return &Marks{store: store, lease: lease}
}

// Run reads the marks three times a lease until ctx is done, so that no request
// has to. A store that does not answer is told by those.
func (m *Marks) Run(ctx context.Context) {
	ticks := time.NewTicker(m.lease / 3)
	defer ticks.Stop()
	for {
		_, _ = m.read(ctx)
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
	}
}

// Judge tells whether what was signed in for at authTime still counts for the
// client, "" for any: nil, Revoked, or trouble with the store. now is the
// store's, as the session or grant was read; zero where nothing was.
func (m *Marks) Judge(ctx context.Context, clientID string, authTime, now time.Time) error {
	if m == nil {
		return nil
	}
	h, err := m.current(ctx, now)
	if err == nil && h.cover(clientID, authTime) {
		err = Revoked
	}
	return err
}

func (h *heldMarks) cover(clientID string, authTime time.Time) bool {
	if len(h.at) == 0 {
		return false
	}
	everyone, any := h.at[""]
	its, own := h.at[clientID]
	signedIn := authTime.Unix()
	return any && signedIn <= everyone || own && signedIn <= its
}

// Of returns up to when everything of the client is over, "" for everyone; the
// zero time for no mark.
func (m *Marks) Of(ctx context.Context, clientID string) (time.Time, error) {
	if m == nil {
		return time.Time{}, nil
	}
	h, err := m.current(ctx, time.Time{})
	if err != nil || h.at[clientID] == 0 {
		return time.Time{}, err
	}
	return time.Unix(h.at[clientID], 0), nil
}

// turn is a number that grows with every mark.
func (m *Marks) turn(ctx context.Context) (int64, error) {
	if m == nil {
		return 0, nil
	}
	h, err := m.current(ctx, time.Time{})
	if err != nil {
		return 0, err
	}
	var sum int64
	for _, at := range h.at {
		sum += at
	}
	return sum, nil
}

// Set ends all sessions of a client, or with "" everyone's. It returns once no
// node issues anything for them any more: after the lease and one to two seconds.
// An error leaves open whether they are over: set again.
func (m *Marks) Set(ctx context.Context, clientID string) error {
	mark, now, err := m.store.SetMark(ctx, clientID, m.lease+leaseRoom)
	if err != nil {
		return fmt.Errorf("set mark: %w", err)
	}
	holds := time.NewTimer(time.Unix(mark+1, 0).Sub(now) + leaseRoom/10)
	defer holds.Stop()
	select {
	case <-ctx.Done():
		return fmt.Errorf("wait for all nodes: %w", ctx.Err())
	case <-holds.C:
		return nil
	}
}

// current returns marks that are no older than the lease.
func (m *Marks) current(ctx context.Context, now time.Time) (*heldMarks, error) {
	h := m.held.Load()
	if h != nil && h.within(m.lease) && now.Sub(h.now) < m.lease+clockRoom {
		return h, nil
	}
	err := error(nil)
	for range tries {
		switch h, err = m.read(ctx); {
		case err == nil && h.within(m.lease):
			return h, nil
		case err == nil:
			err = fmt.Errorf("read marks: took longer than their lease of %v", m.lease)
		case ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded):
			return nil, err
		}
	}
	return nil, err
}

// within judges by both clocks of the node: the monotonic one stands still while
// a machine sleeps, the other one may be set.
func (h *heldMarks) within(lease time.Duration) bool {
	now := time.Now()
	wall := now.Round(0).Sub(h.asked.Round(0))
	return now.Sub(h.asked) < lease && wall.Abs() < lease
}

// read asks the store, once for all who wait. What was marked stays marked on
// this node even if the store forgets it.
func (m *Marks) read(ctx context.Context) (*heldMarks, error) {
	done := m.reads.DoChan("", func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readTime)
		defer cancel()
		h := &heldMarks{asked: time.Now()}
		at, now, err := m.store.Marks(ctx)
		if err != nil {
			return nil, fmt.Errorf("read marks: %w", err)
		}
		h.at, h.now = at, now
		if before := m.held.Load(); before != nil {
			h.at = latest(before.at, at)
		}
		m.held.Store(h)
		return h, nil
	})
	select {
	case <-ctx.Done():
		return nil, fmt.Errorf("read marks: %w", ctx.Err())
	case r := <-done:
		if r.Err != nil {
			return nil, r.Err
		}
		return r.Val.(*heldMarks), nil
	}
}

// latest returns the later one of each mark.
func latest(a, b map[string]int64) map[string]int64 {
	all := maps.Clone(b)
	for client, at := range a {
		if all == nil {
			all = make(map[string]int64, len(a))
		}
		all[client] = max(at, all[client])
	}
	return all
}
