package main

import (
	"context"
	"fmt"
)

// growth measures renewals with a code while one thing after the other becomes more.
func growth(ctx context.Context, b *bench) (*report, error) {
	s, err := b.newSite(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer b.stopSince(0)
	g := &grown{bench: b, site: s, table: table{head: append([]string{"What grows", "To"}, duelHead...)}}
	for _, series := range []func(context.Context) error{g.connections, g.clients, g.sessions, g.apps} {
		if err := series(ctx); err != nil {
			return nil, err
		}
	}
	r := b.report("growth", g.table)
	r.charts = g.charts
	return r, nil
}

// grown collects what growth finds.
type grown struct {
	*bench
	*site
	table  table
	charts []chart
}

// begin begins the picture of a series.
func (g *grown) begin(name, file string) {
	g.charts = append(g.charts, chart{
		file: "bench-" + file + ".svg", title: "CPU seconds per 1,000 renewals", x: name, y: "s",
		lines: []line{{name: "Hush"}, {name: "its Redis"}, {name: "the floor"}},
	})
}

// point measures one point of the series that began last.
func (g *grown) point(ctx context.Context, n, conns int, k kind) error {
	c := &g.charts[len(g.charts)-1]
	g.say("%s: %d", c.x, n)
	d, err := g.compare(g.site, g.renewing(ctx, conns, g.round, k))
	if err != nil {
		return fmt.Errorf("%d %s: %w", n, c.x, err)
	}
	g.table.add(append([]string{c.x, count(float64(n))}, d.row()...)...)
	for i, cost := range []float64{d.hush.server.Seconds(), d.hush.redis.Seconds(), d.floor.server.Seconds()} {
		c.lines[i].points = append(c.lines[i].points, point{float64(n), cost * 1000})
	}
	return nil
}

func (g *grown) connections(ctx context.Context) error {
	g.begin("connections", "connections")
	if err := g.hush.take(ctx, kinds[0]); err != nil {
		return err
	}
	for _, n := range []int{1, 4, 16, 64} {
		if err := g.point(ctx, n, n, kinds[0]); err != nil {
			return err
		}
	}
	return nil
}

// clients has nodes with more of them, one after the other. The last stays.
func (g *grown) clients(ctx context.Context) error {
	g.begin("apps in the configuration", "clients")
	for _, n := range []int{len(kinds), 100, 1000, 10_000} {
		g.setup.clients = n - len(kinds)
		if err := g.restart(ctx, g.site); err != nil {
			return err
		}
		if err := g.point(ctx, n, g.conns, kinds[0]); err != nil {
			return err
		}
	}
	return nil
}

// apps has ever more apps take part in a few sessions.
func (g *grown) apps(ctx context.Context) error {
	g.begin("apps in one session", "apps")
	everyone := g.hush.cookies
	g.hush.cookies = everyone[:min(4, len(everyone))]
	defer func() { g.hush.cookies = everyone }()
	taken := 0
	for _, n := range []int{1, 10, 100, 1000} {
		for ; taken < n-1; taken++ {
			k := kinds[0]
			k.client = more(taken)
			if err := g.hush.take(ctx, k); err != nil {
				return err
			}
		}
		if err := g.point(ctx, n, g.conns, kinds[0]); err != nil {
			return err
		}
	}
	return nil
}

func (g *grown) sessions(ctx context.Context) error {
	g.begin("sessions in Redis", "sessions")
	held := len(g.hush.cookies)
	for n := 1000; n <= g.fill; n *= 10 {
		g.say("filling Redis to %d sessions", n)
		if err := addSessions(ctx, g.addrs[0], n-held); err != nil {
			return err
		}
		held = max(held, n)
		if err := g.point(ctx, n, g.conns, kinds[0]); err != nil {
			return err
		}
	}
	return nil
}
