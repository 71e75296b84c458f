package main

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// paced sends n requests, each when it is due, whether or not those before it were
// answered: every so often, or all at once where that is 0. A request that is due while
// all connections wait is sent late, and the wait counts: each time is from when it was
// due.
func paced(ctx context.Context, addr string, conns, n int, every time.Duration, steps func(i int) step) (*round, error) {
	list, err := dialAll(ctx, []string{addr}, conns)
	if err != nil {
		return nil, err
	}
	defer func() { hangUp(list) }()
	tallies := make([]tally, conns)
	var next atomic.Int64
	var wg sync.WaitGroup
	begun := time.Now()
	for i := range list {
		do := steps(i)
		wg.Go(func() {
			for k := int(next.Add(1)); k <= n && ctx.Err() == nil; k = int(next.Add(1)) {
				due := begun.Add(time.Duration(k) * every)
				time.Sleep(time.Until(due))
				o, err := do(list[i], uint64(k))
				tallies[i].add(o, err, time.Since(due))
				if o != failed {
					continue
				}
				list[i].Close()
				if c, err := dial(ctx, addr); err == nil { // as another browser would
					list[i] = c
				}
			}
		})
	}
	wg.Wait()
	r := &round{wall: time.Since(begun)}
	r.sum(tallies)
	return r, ctx.Err()
}
