package redisstore

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
)

// Measure registers what is counted of the store from now on: trips, how long they take,
// and the connections that they take them on.
func (s *Store) Measure(r prometheus.Registerer) {
	m := &meter{
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "hush_redis_seconds", Help: "How long a trip to Redis took, be it a command or a pipeline; how many there were is its count.",
			Buckets: []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 1.5},
		}),
		commands: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "hush_redis_commands_total", Help: "Commands and scripts that Redis was asked for. More than trips: some shared one.",
		}),
		errors: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "hush_redis_errors_total", Help: "Trips to Redis that brought no answer.",
		}),
	}
	r.MustRegister(m.seconds, m.commands, m.errors)
	s.measurePool(r)
	s.client.AddHook(m)
}

// measurePool registers what the pool of connections tells.
func (s *Store) measurePool(r prometheus.Registerer) {
	state := func(name string, value func(*redis.PoolStats) uint32) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "hush_redis_connections", Help: "Connections to Redis, by state.", ConstLabels: prometheus.Labels{"state": name},
		}, func() float64 { return float64(value(s.client.PoolStats())) })
	}
	r.MustRegister(
		state("idle", func(p *redis.PoolStats) uint32 { return p.IdleConns }),
		state("busy", func(p *redis.PoolStats) uint32 { return p.TotalConns - min(p.IdleConns, p.TotalConns) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "hush_redis_pool_timeouts_total", Help: "Trips that got no connection to Redis in time.",
		}, func() float64 { return float64(s.client.PoolStats().Timeouts) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "hush_redis_dials_total", Help: "Trips for which no connection to Redis was open.",
		}, func() float64 { return float64(s.client.PoolStats().Misses) }))
}

// meter counts trips.
type meter struct {
	seconds          prometheus.Histogram
	commands, errors prometheus.Counter
}

// DialHook implements redis.Hook.
func (m *meter) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}

// ProcessHook implements redis.Hook.
func (m *meter) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if cmd.Name() == "hello" {
			return next(ctx, cmd) // of a new connection, not of a request
		}
		began := time.Now()
		err := next(ctx, cmd)
		m.took(began, 1, err)
		return err
	}
}

// ProcessPipelineHook implements redis.Hook.
func (m *meter) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		began := time.Now()
		err := next(ctx, cmds)
		m.took(began, len(cmds), err)
		return err
	}
}

// took counts a trip. What Redis itself refuses is an answer.
func (m *meter) took(began time.Time, commands int, err error) {
	m.seconds.Observe(time.Since(began).Seconds())
	m.commands.Add(float64(commands))
	if answered := redis.Error(nil); err != nil && !errors.As(err, &answered) {
		m.errors.Inc()
	}
}
