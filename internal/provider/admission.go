package provider

import (
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hush-sso/hush/internal/admission"
)

// newAdmission returns the line at the authorization endpoint, whose refusals are
// counted and logged by the second: one at a time they would cost what they save.
func newAdmission(g *admission.Gate, r prometheus.Registerer, log *slog.Logger) *admission.Gate {
	if g == nil {
		g = admission.New()
	}
	for _, how := range []struct {
		name  string
		count func(told, bare uint64) uint64
	}{
		{"told", func(told, _ uint64) uint64 { return told }},
		{"bare", func(_, bare uint64) uint64 { return bare }},
	} {
		r.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "hush_shed_total", ConstLabels: prometheus.Labels{"how": how.name},
			Help: "Authorization requests refused because there were more than this node can serve, by how: told (temporarily_unavailable in the response mode) or bare (503).",
		}, func() float64 { return float64(how.count(g.Shed())) }))
	}
	r.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "hush_admission_waiting", Help: "Authorization requests that wait for their turn.",
	}, func() float64 { return float64(g.Waiting()) }))
	g.OnShed = func(told, bare uint64) {
		log.Warn("requests are refused: there are more than this node can serve", "told", told, "bare", bare)
	}
	return g
}
