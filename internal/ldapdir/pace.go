package ldapdir

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// pace is how long refusals of wrong passwords took lately. What is refused without a
// directory having looked at a password takes as long as one of them, so that the time
// does not tell who is there.
type pace struct {
	mu   sync.Mutex
	took [32]time.Duration
	n    int // noted, ever
}

// note adds one.
func (p *pace) note(took time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.took[p.n%len(p.took)] = took
	p.n++
}

// any is one of them; 0 while there is none.
func (p *pace) any() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.n == 0 {
		return 0
	}
	return p.took[rand.IntN(min(p.n, len(p.took)))]
}

// linger waits until an attempt that began at since took as long as one of them.
func (p *pace) linger(ctx context.Context, since time.Time) {
	left := p.any() - time.Since(since)
	if left <= 0 {
		return
	}
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
