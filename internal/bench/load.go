package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// outcome is what became of one request.
type outcome uint8

const (
	granted outcome = iota
	busy            // temporarily_unavailable, by the response mode
	bare            // 503 without one
	failed          // anything else
	outcomes
)

// step does one request, or several that belong together, on a connection. n is another
// one each time.
type step func(c *conn, n uint64) (outcome, error)

// round is what one stretch of load has shown.
type round struct {
	wall    time.Duration
	server  time.Duration // processor time of the server
	redis   time.Duration // and of Redis
	answers [outcomes]int
	took    []time.Duration // of each granted answer, sorted
	told    []time.Duration // of each refusal, sorted
	failure error           // the first one
}

// rate is how many a second were granted.
func (r *round) rate() float64 { return float64(r.answers[granted]) / r.wall.Seconds() }

// each is how much of something one granted answer took.
func (r *round) each(d time.Duration) time.Duration {
	return d / time.Duration(max(1, r.answers[granted]))
}

// share returns what all but a part of the answers stayed within: 0.5 is the median.
func (r *round) share(part float64) time.Duration { return share(r.took, part) }

// share returns what all but a part of sorted times stayed within.
func share(took []time.Duration, part float64) time.Duration {
	if len(took) == 0 {
		return 0
	}
	return took[min(len(took)-1, int(part*float64(len(took))))]
}

// tally is what one connection has seen.
type tally struct {
	answers [outcomes]int
	took    []time.Duration
	told    []time.Duration
	failure error
}

func (t *tally) add(o outcome, err error, took time.Duration) {
	t.answers[o]++
	switch o {
	case granted:
		t.took = append(t.took, took)
	case busy, bare:
		t.told = append(t.told, took)
	}
	if err != nil && t.failure == nil {
		t.failure = err
	}
}

func (r *round) sum(tallies []tally) {
	for i := range tallies {
		t := &tallies[i]
		for o, n := range t.answers {
			r.answers[o] += n
		}
		r.took = append(r.took, t.took...)
		r.told = append(r.told, t.told...)
		r.failure = cmp.Or(r.failure, t.failure)
	}
	slices.Sort(r.took)
	slices.Sort(r.told)
}

// closed keeps connections to all of addrs busy until stop says so of a number: each
// sends its next request when it has the answer of the last.
func closed(ctx context.Context, addrs []string, conns int, stop func(n uint64) bool, steps func(i int) step) (*round, error) {
	list, err := dialAll(ctx, addrs, conns)
	if err != nil {
		return nil, err
	}
	defer hangUp(list)
	tallies := make([]tally, conns)
	var count atomic.Uint64
	var wg sync.WaitGroup
	begun := time.Now()
	for i, c := range list {
		do := steps(i)
		wg.Go(func() {
			for n := count.Add(1); !stop(n) && ctx.Err() == nil; n = count.Add(1) {
				before := time.Now()
				o, err := do(c, n)
				tallies[i].add(o, err, time.Since(before))
				if o == failed {
					return // the connection may be of no use
				}
			}
		})
	}
	wg.Wait()
	r := &round{wall: time.Since(begun)}
	r.sum(tallies)
	return r, ctx.Err()
}

// lasting stops after d, from its first call.
func lasting(d time.Duration) func(uint64) bool {
	begin := sync.OnceValue(time.Now)
	return func(uint64) bool { return time.Since(begin()) >= d }
}

// times stops after the n-th.
func times(n int) func(uint64) bool { return func(k uint64) bool { return k > uint64(n) } }

func dialAll(ctx context.Context, addrs []string, n int) ([]*conn, error) {
	list := make([]*conn, 0, n)
	for i := range n {
		c, err := dial(ctx, addrs[i%len(addrs)])
		if err != nil {
			hangUp(list)
			return nil, err
		}
		list = append(list, c)
	}
	return list, nil
}

func hangUp(list []*conn) {
	for _, c := range list {
		c.Close()
	}
}

// renew is the step of a silent renewal: granted is an answer that has all that was
// wanted, and the state of this very request.
func renew(k kind, cookies string) step {
	q := renewal(k, cookies)
	return func(c *conn, n uint64) (outcome, error) {
		state := q.mark(n)
		status, body, err := c.do(q.raw)
		if err != nil {
			return failed, err
		}
		return judge(status, body, state, q.want)
	}
}

var unavailable = []byte(`"error":"temporarily_unavailable"`)

// judge tells what an answer is.
func judge(status int, body, state []byte, want []string) (outcome, error) {
	switch {
	case status == http.StatusServiceUnavailable:
		return bare, nil
	case status != http.StatusOK:
		return failed, fmt.Errorf("status %d: %s", status, body)
	case !bytes.Contains(body, state):
		return failed, fmt.Errorf("an answer to another request: %s", body)
	case bytes.Contains(body, unavailable):
		return busy, nil
	}
	for _, text := range want {
		if !bytes.Contains(body, []byte(text)) {
			return failed, fmt.Errorf("no %s in the answer: %s", text, body)
		}
	}
	return granted, nil
}

// all is an error where not every answer of a round was granted.
func (r *round) all() error {
	if r.failure != nil {
		return r.failure
	}
	if n := r.answers[busy] + r.answers[bare] + r.answers[failed]; n > 0 {
		return fmt.Errorf("%d of %d answers were refused", n, n+r.answers[granted])
	}
	if r.answers[granted] == 0 {
		return errors.New("no answer came")
	}
	return nil
}
