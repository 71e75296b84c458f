package backchannel

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// gauge is how many messages waited when the queue was last looked at.
type gauge struct{ n atomic.Int64 }

// Waiting returns how many messages wait, on all nodes, as last seen.
func (s *Service) Waiting() int { return int(s.queue.n.Load()) }

// Run delivers what is due until ctx is done, and then waits for what it has
// begun: a call takes five seconds at most, and what is not finished is another
// node's when the lease runs out.
func (s *Service) Run(ctx context.Context) error {
	var (
		workers sync.WaitGroup
		busy    = make(chan struct{}, s.Workers)
		away    bool
	)
	defer workers.Wait()
	for {
		if !acquire(ctx, busy) {
			return nil
		}
		n := 1 + grab(busy)
		batch, err := s.Queue.Lease(ctx, s.Policy, n)
		if ctx.Err() != nil && err != nil {
			return nil
		}
		if (err != nil) != away {
			away = err != nil
			s.tellAway(err)
		}
		release(busy, n-len(batch.Leases))
		s.note(batch)
		for _, l := range batch.Leases {
			workers.Go(func() {
				defer s.again()
				defer release(busy, 1)
				s.deliver(context.WithoutCancel(ctx), batch.Now, l)
			})
		}
		if len(batch.Leases) == 0 && !s.rest(ctx, batch) {
			return nil
		}
	}
}

// acquire waits for a free worker; grab takes all others that are free now.
func acquire(ctx context.Context, busy chan struct{}) bool {
	select {
	case busy <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

func grab(busy chan struct{}) (n int) {
	for {
		select {
		case busy <- struct{}{}:
			n++
		default:
			return n
		}
	}
}

func release(busy chan struct{}, n int) {
	for range n {
		<-busy
	}
}

// rest waits until something is due, was added here or may have been elsewhere.
func (s *Service) rest(ctx context.Context, b Batch) bool {
	wait := s.Poll
	if !b.Next.IsZero() {
		wait = min(max(b.Next.Sub(b.Now), time.Millisecond), s.Poll)
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.wake:
	case <-ctx.Done():
		return false
	}
	return true
}

// again looks at the queue anew: an app may get its next message.
func (s *Service) again() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *Service) tellAway(err error) {
	if err != nil {
		s.Log.Error("the queue of messages to apps cannot be read; trying again", "cause", err)
		return
	}
	s.Log.Info("the queue of messages to apps can be read again")
}

// note tells of what was given up.
func (s *Service) note(b Batch) {
	if !b.Now.IsZero() {
		s.queue.n.Store(int64(b.Pending))
	}
	for _, l := range b.Expired {
		s.Count(l.ClientID, GivenUp)
		s.Log.Error("an app was never told of a sign-out", "client", l.ClientID, "session", l.SID, "attempts", l.Attempt)
	}
}
