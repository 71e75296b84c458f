package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// site is what one suite runs on.
type site struct {
	redis       []*process
	addrs       []string
	setup       setup
	floor, hush *target
}

// newSite starts a Redis, the floor and a hush with people signed in. They signed in at
// a node before, so that the memory of this one is that of renewals.
func (b *bench) newSite(ctx context.Context, change func(*setup)) (*site, error) {
	p, addr, err := b.startRedis(ctx)
	if err != nil {
		return nil, err
	}
	s := &site{redis: []*process{p}, addrs: []string{addr}, setup: newSetup(single(addr))}
	if change != nil {
		change(&s.setup)
	}
	if s.floor, err = b.startFloor(ctx, addr); err != nil {
		return nil, err
	}
	if s.hush, err = b.startHush(ctx, s.setup); err != nil {
		return nil, err
	}
	b.say("signing in %d times", b.sessions)
	if err := s.hush.signIn(ctx, b.sessions); err != nil {
		return nil, err
	}
	return s, b.restart(ctx, s)
}

// restart puts another node with the setup of now in the place of hush: Redis holds the
// sessions, and browsers keep their cookies.
func (b *bench) restart(ctx context.Context, s *site) error {
	s.hush.process.stop()
	next, err := b.startHush(ctx, s.setup)
	if err != nil {
		return err
	}
	next.cookies = s.hush.cookies
	s.hush = next
	return nil
}

// renewals are the steps of silent renewals at a target: its browsers take turns.
func (t *target) renewals(k kind) func(i int) step {
	return func(i int) step { return renew(k, t.cookies[i%len(t.cookies)]) }
}

// take has one app take part in all sessions, which is not what is measured.
func (t *target) take(ctx context.Context, k kind) error {
	c, err := dial(ctx, t.addr)
	if err != nil {
		return err
	}
	defer c.Close()
	for n, cookies := range t.cookies {
		if o, err := renew(k, cookies)(c, uint64(n)); o != granted {
			return fmt.Errorf("%s, %s: first renewal: outcome %d: %w", t.name, k.name, o, err)
		}
	}
	return nil
}

// load is a round of load on a target that is measured.
type load func(t *target) (*round, error)

// renewing is the load of silent renewals over connections that never rest.
func (s *site) renewing(ctx context.Context, conns int, d time.Duration, k kind) load {
	return func(t *target) (*round, error) {
		return s.measure([]*process{t.process}, func() (*round, error) {
			return closed(ctx, []string{t.addr}, conns, lasting(d), t.renewals(k))
		})
	}
}

// measure adds to a round what it cost.
func (s *site) measure(servers []*process, run func() (*round, error)) (*round, error) {
	server, err := used(servers)
	if err != nil {
		return nil, err
	}
	redis, err := used(s.redis)
	if err != nil {
		return nil, err
	}
	r, err := run()
	if err != nil {
		return nil, err
	}
	serverAfter, err := used(servers)
	if err != nil {
		return nil, err
	}
	redisAfter, err := used(s.redis)
	r.server, r.redis = serverAfter.cpu-server.cpu, redisAfter.cpu-redis.cpu
	return r, err
}

// figures are the medians of several rounds.
type figures struct {
	rate          float64
	server, redis time.Duration // processor time of each answer
	p50, p99      time.Duration
}

func figuresOf(rounds []*round) figures {
	return figures{
		rate:   median(rounds, (*round).rate),
		server: median(rounds, func(r *round) time.Duration { return r.each(r.server) }),
		redis:  median(rounds, func(r *round) time.Duration { return r.each(r.redis) }),
		p50:    median(rounds, func(r *round) time.Duration { return r.share(.5) }),
		p99:    median(rounds, func(r *round) time.Duration { return r.share(.99) }),
	}
}

func median[T float64 | time.Duration](rounds []*round, of func(*round) T) T {
	values := make([]T, len(rounds))
	for i, r := range rounds {
		values[i] = of(r)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// duel is how hush compares with the floor.
type duel struct {
	floor, hush figures
	share       float64 // of the floor's rate, the median over the pairs of rounds
}

// compare lets both take turns.
func (b *bench) compare(s *site, do load) (d duel, err error) {
	var floors, hushes []*round
	for range b.rounds {
		for _, t := range []*target{s.floor, s.hush} {
			r, err := do(t)
			if err != nil {
				return d, fmt.Errorf("%s: %w", t.name, err)
			}
			if err := r.all(); err != nil {
				return d, fmt.Errorf("%s: %w", t.name, err)
			}
			if t == s.floor {
				floors = append(floors, r)
			} else {
				hushes = append(hushes, r)
			}
		}
	}
	d.floor, d.hush = figuresOf(floors), figuresOf(hushes)
	d.share = median(hushes, func(r *round) float64 {
		return r.rate() / floors[slices.Index(hushes, r)].rate()
	})
	return d, nil
}

// middleOf is the round with the median of the rates.
func middleOf(rounds []*round) *round {
	sorted := slices.SortedFunc(slices.Values(rounds), func(a, b *round) int { return cmp.Compare(a.rate(), b.rate()) })
	return sorted[len(sorted)/2]
}
