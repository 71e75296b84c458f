package admission

import (
	"sync/atomic"
	"time"
)

// counts are of who was refused.
type counts struct {
	told, bare         atomic.Uint64
	toldThen, bareThen atomic.Uint64 // when OnShed was told last
	last               atomic.Int64  // that time, unix seconds
}

// Note counts a refusal.
func (g *Gate) Note(v Verdict) {
	c := &g.counts
	if v == Told {
		c.told.Add(1)
	} else {
		c.bare.Add(1)
	}
	now, last := time.Now().Unix(), c.last.Load()
	if now == last || g.OnShed == nil || !c.last.CompareAndSwap(last, now) {
		return
	}
	told, bare := g.Shed()
	g.OnShed(told-c.toldThen.Swap(told), bare-c.bareThen.Swap(bare))
}

// Waiting is how many wait for their turn now.
func (g *Gate) Waiting() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.line.len
}

// Shed returns how many were refused so far.
func (g *Gate) Shed() (told, bare uint64) { return g.counts.told.Load(), g.counts.bare.Load() }
