package main

import (
	"context"
	"fmt"
)

// silent measures renewals by what is signed, over several connections and over one.
func silent(ctx context.Context, b *bench) (*report, error) {
	s, err := b.newSite(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer b.stopSince(0)
	t := table{head: append([]string{"Silent renewal", "Connections"}, duelHead...)}
	for _, k := range kinds {
		if !b.only.MatchString(k.client) {
			continue
		}
		if err := s.hush.take(ctx, k); err != nil {
			return nil, err
		}
		for _, conns := range []int{b.conns, 1} {
			b.say("%s, %d connections", k.name, conns)
			do := s.renewing(ctx, conns, b.round, k)
			d, err := b.compare(s, do)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", k.name, err)
			}
			t.add(append([]string{k.name, fmt.Sprint(conns)}, d.row()...)...)
			if conns > 1 {
				if err := b.record(s.hush, k.client, do); err != nil {
					return nil, err
				}
			}
		}
	}
	if err := s.verify(ctx); err != nil {
		return nil, err
	}
	both, err := s.memory()
	if err != nil {
		return nil, err
	}
	return b.report("silent", t, both), nil
}

var duelHead = []string{
	"Floor, a second", "Hush, a second", "Share", "CPU s per 1,000: floor", "Hush", "Redis (floor)", "Redis (Hush)",
	"p50 ms: floor", "Hush", "p99 ms: floor", "Hush",
}

func (d duel) row() []string {
	return []string{
		count(d.floor.rate), count(d.hush.rate), fmt.Sprintf("%.2f", d.share),
		cpu(d.floor.server), cpu(d.hush.server), cpu(d.floor.redis), cpu(d.hush.redis),
		ms(d.floor.p50), ms(d.hush.p50), ms(d.floor.p99), ms(d.hush.p99),
	}
}

// memory is what both have had resident at most.
func (s *site) memory() (table, error) {
	t := table{head: []string{"", "Most memory resident, MB"}}
	for _, p := range []*target{s.floor, s.hush} {
		u, err := used([]*process{p.process})
		if err != nil {
			return t, err
		}
		t.add(p.name, fmt.Sprintf("%.0f", float64(u.rss)/(1<<20)))
	}
	return t, nil
}
