package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// redeemed is how many codes a connection redeems in a round, at most.
const redeemed = 100

// tokens measures the redemption of codes alone, and with the renewal that brings the
// code, as an app in the browser does it.
func tokens(ctx context.Context, b *bench) (*report, error) {
	s, err := b.newSite(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer b.stopSince(0)
	t := table{head: append([]string{"Tokens by a code", "Signed"}, duelHead...)}
	for _, k := range kinds[1:] {
		if !b.only.MatchString(k.client) {
			continue
		}
		k = codeWith(k)
		if err := s.hush.take(ctx, k); err != nil {
			return nil, err
		}
		for _, row := range []struct {
			name string
			do   load
		}{
			{"redeeming it", s.redeeming(ctx, b.conns, b.round, k)},
			{"renewing and redeeming", s.both(ctx, b.conns, b.round, k)},
		} {
			b.say("%s, %s", row.name, k.name)
			d, err := b.compare(s, row.do)
			if err != nil {
				return nil, fmt.Errorf("%s, %s: %w", row.name, k.name, err)
			}
			t.add(append([]string{row.name, k.name}, d.row()...)...)
			if err := b.record(s.hush, fmt.Sprintf("token-%s-%d", k.client, len(t.rows)%2), row.do); err != nil {
				return nil, err
			}
		}
	}
	return b.report("token", t), nil
}

// redeeming is the load of the token endpoint alone: the codes are made before.
func (s *site) redeeming(ctx context.Context, conns int, d time.Duration, k kind) load {
	return func(t *target) (*round, error) {
		codes, err := t.codes(ctx, conns, k)
		if err != nil {
			return nil, err
		}
		return s.measure([]*process{t.process}, func() (*round, error) {
			late := lasting(d)
			stop := func(n uint64) bool { return n > uint64(len(codes)) || late(n) }
			return closed(ctx, []string{t.addr}, conns, stop, func(int) step {
				return func(c *conn, n uint64) (outcome, error) { return redeem(c, k, codes[n-1]) }
			})
		})
	}
}

// codes makes a round's.
func (t *target) codes(ctx context.Context, conns int, k kind) (codes []string, err error) {
	var mu sync.Mutex
	r, err := closed(ctx, []string{t.addr}, conns, times(conns*redeemed), func(i int) step {
		do := renew(k, t.cookies[i%len(t.cookies)])
		return func(c *conn, n uint64) (outcome, error) {
			o, err := do(c, n)
			mu.Lock()
			defer mu.Unlock()
			codes = append(codes, field(c.body, "code"))
			return o, err
		}
	})
	if err != nil {
		return nil, err
	}
	return codes, r.all()
}

// both is the load of whole renewals: the hidden frame, then the token endpoint.
func (s *site) both(ctx context.Context, conns int, d time.Duration, k kind) load {
	return func(t *target) (*round, error) {
		return s.measure([]*process{t.process}, func() (*round, error) {
			return closed(ctx, []string{t.addr}, conns, lasting(d), func(i int) step {
				do := renew(k, t.cookies[i%len(t.cookies)])
				return func(c *conn, n uint64) (outcome, error) {
					if o, err := do(c, n); o != granted {
						return o, err
					}
					return redeem(c, k, field(c.body, "code"))
				}
			})
		})
	}
}

func redeem(c *conn, k kind, code string) (outcome, error) {
	status, body, err := c.do(redemption(k, code))
	switch {
	case err != nil:
		return failed, err
	case status == http.StatusServiceUnavailable:
		return bare, nil
	case status != http.StatusOK, !bytes.Contains(body, []byte(`"id_token":"`)), !bytes.Contains(body, []byte(`"access_token":"`)):
		return failed, fmt.Errorf("status %d: %s", status, body)
	}
	return granted, nil
}
