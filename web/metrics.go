package web

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hush-sso/hush/session"
)

// Metrics are the counters of one server.
type Metrics struct {
	requests      *prometheus.CounterVec
	duration      *prometheus.HistogramVec
	silent        *prometheus.CounterVec
	implicit      *prometheus.CounterVec
	storeErrors   prometheus.Counter
	signIns       prometheus.Counter
	sessionsEnded *prometheus.CounterVec
}

// NewMetrics registers the counters.
func NewMetrics(r prometheus.Registerer) *Metrics {
	m := &Metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "hush_requests_total", Help: "Requests by endpoint, result (ok, asked, retried, left, or an error code) and reason.",
		}, []string{"endpoint", "result", "reason"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "hush_request_duration_seconds", Help: "Time to answer, by endpoint.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2},
		}, []string{"endpoint"}),
		silent: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "hush_silent_total", Help: "Requests with prompt=none by client, result and reason.",
		}, []string{"client", "result", "reason"}),
		storeErrors: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "hush_store_errors_total", Help: "Requests that failed because the session store did not answer or the signing keys were not there.",
		}),
		implicit: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "hush_implicit_total", Help: "Answers that carried tokens by the implicit grant, which is legacy (RFC 9700), by client.",
		}, []string{"client"}),
		signIns: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "hush_sign_ins_total", Help: "Sign-ins that succeeded.",
		}),
		sessionsEnded: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "hush_sessions_ended_total", Help: "Sessions that were ended, by cause; a repeated call counts again.",
		}, []string{"cause"}),
	}
	r.MustRegister(m.requests, m.duration, m.silent, m.implicit, m.storeErrors, m.signIns, m.sessionsEnded)
	return m
}

// series names an app in the metrics. Those that registered themselves have one
// name together: anybody may be able to make more of them.
func (s *Server) series(clientID string) string {
	if s.Register != nil && s.Register.Issues(clientID) {
		return "registered"
	}
	return clientID
}

// SessionEnded counts a session that was ended, wherever that was asked for.
func (m *Metrics) SessionEnded(why session.Absence) {
	m.sessionsEnded.WithLabelValues(string(why)).Inc()
}

// observe counts one request of an app. Labels are ours or configured: a stranger
// cannot make new series.
func (m *Metrics) observe(n *record, app string, took time.Duration) {
	m.requests.WithLabelValues(n.endpoint, n.result, n.reason).Inc()
	m.duration.WithLabelValues(n.endpoint).Observe(took.Seconds())
	if n.silent {
		m.silent.WithLabelValues(app, n.result, n.reason).Inc()
	}
	if n.implicit {
		m.implicit.WithLabelValues(app).Inc()
	}
	if n.outage {
		m.storeErrors.Inc()
	}
}
