package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// aside is what is asked beside too many renewals, a second of each kind.
const aside = 20

var pressureHead = []string{"Offered, of what it can do", "Offered, a second", "Granted, a second", "within 2 s", "CPU s per 1,000: Hush", "Redis", "Granted within, ms: p50", "p99", "Refused within, ms: p50", "p99", "Not granted"}

// pressure offers a multiple of what the server can do, whatever comes of it.
func pressure(ctx context.Context, b *bench) (*report, error) {
	s, err := b.newSite(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer b.stopSince(0)
	k := kinds[0]
	if err := s.hush.take(ctx, k); err != nil {
		return nil, err
	}
	b.say("what the server can do")
	rounds, err := b.alternating(func() (*round, error) { return s.renewing(ctx, 64, b.round, k)(s.hush) })
	if err != nil {
		return nil, err
	}
	able := rounds[0].rate()
	t := table{head: pressureHead}
	for _, times := range []float64{0.5, 1, 2, 4} {
		b.say("%.1f times as much", times)
		r, others, err := s.press(ctx, b, k, able*times)
		if err != nil {
			return nil, err
		}
		t.add(append([]string{fmt.Sprintf("%.1f", times), count(able * times)}, r.pressed()...)...)
		for _, o := range others {
			t.add(append([]string{"beside it: " + o.name, count(aside)}, o.round.pressed()...)...)
		}
	}
	s.hush.cookies = s.hush.cookies[:1]
	for _, n := range []int{3 * b.crowd / 10, b.crowd} {
		b.say("%d renewals of one session at once", n)
		r, err := s.measure([]*process{s.hush.process}, func() (*round, error) {
			return paced(ctx, s.hush.addr, n, n, 0, s.hush.renewals(k))
		})
		if err != nil {
			return nil, err
		}
		t.add(append([]string{"of one session at once", count(float64(n))}, r.pressed()...)...)
	}
	return b.report("pressure", t), nil
}

func (r *round) pressed() []string {
	row := r.row("")
	timely, _ := slices.BinarySearch(r.took, 2*time.Second)
	return []string{row[1], count(float64(timely) / r.wall.Seconds()), row[2], row[3], row[4], row[5], ms(share(r.told, .5)), ms(share(r.told, .99)), row[6]}
}

// other is what else was asked meanwhile.
type other struct {
	name  string
	round *round
}

// press offers so many renewals a second for two rounds, and a few of all else beside.
func (s *site) press(ctx context.Context, b *bench, k kind, offered float64) (*round, []other, error) {
	every := time.Duration(float64(time.Second) / offered)
	n := int(aside * 2 * b.round.Seconds())
	codes, err := s.hush.codes(ctx, 1, k)
	if err != nil {
		return nil, nil, err
	}
	n = min(n, len(codes))
	others := []other{{name: "redeeming a code"}, {name: "revoking a token"}, {name: "signing out"}}
	steps := []step{
		func(c *conn, i uint64) (outcome, error) { return redeem(c, k, codes[i-1]) },
		plain(http.MethodPost, "/oauth/revoke", "client_id="+k.client+"&token=none"),
		plain(http.MethodGet, "/v2/logout", ""),
	}
	failed := make(chan error, len(others))
	for i := range others {
		go func() {
			var err error
			others[i].round, err = paced(ctx, s.hush.addr, n, n, time.Second/aside, func(int) step { return steps[i] })
			failed <- err
		}()
	}
	r, err := s.measure([]*process{s.hush.process}, func() (*round, error) {
		return paced(ctx, s.hush.addr, b.waiting, int(2*b.round/every), every, s.hush.renewals(k))
	})
	for range others {
		if failure := <-failed; err == nil {
			err = failure
		}
	}
	return r, others, err
}

// plain is a request that 200 answers.
func plain(method, target, body string) step {
	raw := fmt.Appendf(nil, "%s %s HTTP/1.1\r\nHost: %s\r\nSec-Fetch-Dest: document\r\nX-Forwarded-For: 203.0.113.7\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s",
		method, target, host, len(body), body)
	return func(c *conn, _ uint64) (outcome, error) {
		status, body, err := c.do(raw)
		switch {
		case err != nil:
			return failed, err
		case status == http.StatusServiceUnavailable:
			return bare, nil
		case status != http.StatusOK:
			return failed, fmt.Errorf("%s: status %d: %s", strings.Fields(target)[0], status, body)
		}
		return granted, nil
	}
}
