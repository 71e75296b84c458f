package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// crowd measures renewals with a code among more than one of something.
func crowd(ctx context.Context, b *bench) (*report, error) {
	defer b.stopSince(0)
	t := table{head: []string{"Renewals with a code", "A second", "CPU s per 1,000: Hush", "Redis", "p50 ms", "p99 ms", "Not granted"}}
	for _, part := range []func(context.Context, *bench, *table) error{nodes, cluster, beside, atOnce} {
		if err := part(ctx, b, &t); err != nil {
			return nil, err
		}
		b.stopSince(0)
	}
	return b.report("crowd", t), nil
}

func (r *round) row(name string) []string {
	f := figuresOf([]*round{r})
	return []string{name, count(f.rate), cpu(f.server), cpu(f.redis), ms(f.p50), ms(f.p99), r.refused()}
}

// refused names what was not granted.
func (r *round) refused() string {
	if r.answers[busy]+r.answers[bare]+r.answers[failed] == 0 {
		return "0"
	}
	return fmt.Sprintf("%d temporarily_unavailable, %d bare 503, %d failed", r.answers[busy], r.answers[bare], r.answers[failed])
}

// alternating measures loads in turns and returns the middle round of each by its rate.
func (b *bench) alternating(loads ...func() (*round, error)) ([]*round, error) {
	rounds := make([][]*round, len(loads))
	for range b.rounds {
		for i, do := range loads {
			r, err := do()
			if err != nil {
				return nil, err
			}
			if err := r.all(); err != nil {
				return nil, err
			}
			rounds[i] = append(rounds[i], r)
		}
	}
	middle := make([]*round, len(loads))
	for i := range rounds {
		middle[i] = middleOf(rounds[i])
	}
	return middle, nil
}

// nodes compares one node with two on the same Redis and the same core.
func nodes(ctx context.Context, b *bench, t *table) error {
	s, err := b.newSite(ctx, nil)
	if err != nil {
		return err
	}
	second, err := b.startHush(ctx, s.setup)
	if err != nil {
		return err
	}
	if err := s.hush.take(ctx, kinds[0]); err != nil {
		return err
	}
	b.say("one node and two")
	on := func(list ...*target) func() (*round, error) {
		var servers []*process
		var addrs []string
		for _, n := range list {
			servers, addrs = append(servers, n.process), append(addrs, n.addr)
		}
		return func() (*round, error) {
			return s.measure(servers, func() (*round, error) {
				return closed(ctx, addrs, b.conns, lasting(b.round), s.hush.renewals(kinds[0]))
			})
		}
	}
	rounds, err := b.alternating(on(s.hush), on(s.hush, second))
	if err != nil {
		return err
	}
	t.add(rounds[0].row("one node")...)
	t.add(rounds[1].row("two nodes, one Redis, one core for both")...)
	return nil
}

// cluster measures a node on a Redis Cluster.
func cluster(ctx context.Context, b *bench, t *table) error {
	parts, addrs, err := b.startCluster(ctx)
	if err != nil {
		return err
	}
	s := &site{redis: parts, addrs: addrs, setup: newSetup(clustered(addrs))}
	if s.hush, err = b.startHush(ctx, s.setup); err != nil {
		return err
	}
	if err := s.hush.signIn(ctx, b.sessions); err != nil {
		return err
	}
	if err := s.hush.take(ctx, kinds[0]); err != nil {
		return err
	}
	b.say("a Cluster of three")
	rounds, err := b.alternating(func() (*round, error) { return s.renewing(ctx, b.conns, b.round, kinds[0])(s.hush) })
	if err != nil {
		return err
	}
	t.add(rounds[0].row("a Redis Cluster of three")...)
	return nil
}

// beside measures renewals while people sign in as fast as two browsers can.
func beside(ctx context.Context, b *bench, t *table) error {
	s, err := b.newSite(ctx, nil)
	if err != nil {
		return err
	}
	if err := s.hush.take(ctx, kinds[0]); err != nil {
		return err
	}
	b.say("sign-ins beside")
	var signedIn atomic.Int64
	var broken atomic.Pointer[error]
	var busyFor time.Duration
	alone := func() (*round, error) { return s.renewing(ctx, b.conns, b.round, kinds[0])(s.hush) }
	crowded := func() (*round, error) {
		during, stop := context.WithCancel(ctx)
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				for during.Err() == nil {
					if _, err := signIn(during, s.hush.addr); err == nil {
						signedIn.Add(1)
					} else if during.Err() == nil {
						broken.Store(&err)
						return
					}
				}
			})
		}
		r, err := alone()
		stop()
		wg.Wait()
		if err != nil {
			return nil, err
		}
		if failure := broken.Load(); failure != nil {
			return nil, fmt.Errorf("signing in: %w", *failure)
		}
		busyFor += r.wall
		return r, nil
	}
	rounds, err := b.alternating(alone, crowded)
	if err != nil {
		return err
	}
	t.add(rounds[0].row("nobody signs in")...)
	t.add(rounds[1].row(fmt.Sprintf("%.0f sign-ins a second beside", float64(signedIn.Load())/max(busyFor, 1).Seconds()))...)
	return nil
}

// atOnce sends many renewals of one session in the same moment.
func atOnce(ctx context.Context, b *bench, t *table) error {
	s, err := b.newSite(ctx, nil)
	if err != nil {
		return err
	}
	s.hush.cookies = s.hush.cookies[:1]
	if err := s.hush.take(ctx, kinds[0]); err != nil {
		return err
	}
	n := b.crowd
	b.say("%d renewals of one session at once", n)
	r, err := s.measure([]*process{s.hush.process}, func() (*round, error) {
		return paced(ctx, s.hush.addr, n, n, 0, s.hush.renewals(kinds[0]))
	})
	if err != nil {
		return err
	}
	t.add(r.row(fmt.Sprintf("%s of one session at once, over as many connections", count(float64(n))))...)
	return nil
}
