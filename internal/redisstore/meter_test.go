package redisstore_test

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hush-sso/hush/internal/redistest"
)

// TestMeasure: trips are counted, those that brought no answer apart, and what Redis
// refuses is an answer.
func TestMeasure(t *testing.T) {
	server := redistest.Server(t)
	s := server.Open()
	if err := s.Ping(ctx); err != nil { // with the handshake
		t.Fatal(err)
	}
	metrics := prometheus.NewRegistry()
	s.Measure(metrics)
	is := func(want map[string]float64) {
		t.Helper()
		families, err := metrics.Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range families {
			got, sum := f.GetMetric(), 0.0
			for _, m := range got {
				sum += m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
			}
			if w, asked := want[f.GetName()]; asked && w != sum {
				t.Errorf("%s is %v, want %v", f.GetName(), sum, w)
			}
			delete(want, f.GetName())
		}
		for name := range want {
			t.Errorf("%s is missing", name)
		}
	}
	s.Client().Do(ctx, "no-such-command")
	pipe := s.Client().Pipeline()
	pipe.Get(ctx, "hush:none")
	pipe.Get(ctx, "hush:none")
	pipe.Exec(ctx)
	is(map[string]float64{"hush_redis_seconds": 2, "hush_redis_commands_total": 3, "hush_redis_errors_total": 0, "hush_redis_connections": 1, "hush_redis_pool_timeouts_total": 0})
	server.Kill()
	if s.Ping(ctx) == nil {
		t.Fatal("a dead server answers")
	}
	is(map[string]float64{"hush_redis_errors_total": 1})
}
