package audit

import "github.com/prometheus/client_golang/prometheus"

// counts are what the metrics say of a log.
type counts struct {
	events *prometheus.CounterVec
	lost   prometheus.Counter
}

func newCounts() counts {
	return counts{
		prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "hush_audit_events_total", Help: "Lines of the audit log, by event.",
		}, []string{"event"}),
		prometheus.NewCounter(prometheus.CounterOpts{
			Name: "hush_audit_lost_total", Help: "Lines of the audit log that were not kept, because too many waited for where they go.",
		}),
	}
}

// Register adds the log's counters; nil has none.
func (l *Log) Register(r prometheus.Registerer) {
	if l == nil {
		return
	}
	r.MustRegister(l.counts.events, l.counts.lost,
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "hush_audit_failing", Help: "1 while the audit log cannot be written.",
		}, func() float64 { failing, _ := l.state(); return failing }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "hush_audit_waiting_bytes", Help: "What of the audit log waits to be written.",
		}, func() float64 { _, waiting := l.state(); return waiting }))
}

func (l *Log) state() (failing, waiting float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failing {
		failing = 1
	}
	return failing, float64(len(l.waiting))
}
