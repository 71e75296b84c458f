package main

import (
	"context"
	"fmt"
	"time"
)

// waiting is how many connections pressure has: so many browsers wait for an answer at
// the same time at most.
const waiting = 2000

// pressure offers a multiple of what the server can do, whatever comes of it.
func pressure(ctx context.Context, b *bench) (*report, error) {
	s, err := b.newSite(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer b.stopSince(0)
	k := kinds[1]
	if err := s.hush.take(ctx, k); err != nil {
		return nil, err
	}
	b.say("what the server can do")
	rounds, err := b.alternating(func() (*round, error) { return s.renewing(ctx, 64, b.round, k)(s.hush) })
	if err != nil {
		return nil, err
	}
	able := rounds[0].rate()
	t := table{head: []string{"Offered, of what it can do", "Offered, a second", "Granted, a second", "CPU s per 1,000: Hush", "Redis", "p50 ms", "p99 ms", "Longest ms", "Not granted"}}
	for _, times := range []float64{0.5, 0.9, 1.2, 2, 4} {
		b.say("%.1f times as much", times)
		offered := able * times
		every := time.Duration(float64(time.Second) / offered)
		r, err := s.measure([]*process{s.hush.process}, func() (*round, error) {
			return paced(ctx, s.hush.addr, waiting, int(2*b.round/every), every, s.hush.renewals(k))
		})
		if err != nil {
			return nil, err
		}
		row := r.row("")
		t.add(fmt.Sprintf("%.1f", times), count(offered), row[1], row[2], row[3], row[4], row[5], ms(r.share(1)), row[6])
	}
	return b.report("pressure", t), nil
}
