package web

import (
	"cmp"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hush-sso/hush/internal/minutes"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/web/admin"
)

// Metrics are the counters of one server.
type Metrics struct {
	// Silent are the answers to prompt=none by the minute, for the operators' page: ok,
	// else the reason, or the result where that says it all. What the browser asks again by
	// itself is not among them. Optional; to be set before the first use.
	Silent *minutes.Day
	// SilentOf are the same for each app, likewise.
	SilentOf *minutes.Days

	requests      *prometheus.CounterVec
	duration      *prometheus.HistogramVec
	silent        *prometheus.CounterVec
	implicit      *prometheus.CounterVec
	storeErrors   prometheus.Counter
	signIns       prometheus.Counter
	sessionsEnded *prometheus.CounterVec

	mu    sync.RWMutex
	known map[kind]*series
}

// kind is what requests have in common that are counted by the same series.
type kind struct {
	endpoint, result, reason string
	app                      string // of silent and implicit, "" where neither is so
	silent, implicit         bool
}

// series are those of a kind, found once.
type series struct {
	requests, silent, implicit prometheus.Counter // the latter two nil where they do not count
	duration                   prometheus.Observer
	minutes, quarters          *minutes.Line // likewise
}

// NewMetrics registers the counters.
func NewMetrics(r prometheus.Registerer) *Metrics {
	m := &Metrics{
		known: make(map[kind]*series),
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
		return admin.Registered
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
	k := kind{endpoint: n.endpoint, result: n.result, reason: n.reason, silent: n.silent, implicit: n.implicit}
	if n.silent || n.implicit {
		k.app = app
	}
	in := m.of(k)
	in.requests.Inc()
	in.duration.Observe(took.Seconds())
	if in.silent != nil {
		in.silent.Inc()
	}
	if in.minutes != nil {
		now := time.Now()
		in.minutes.Add(now)
		in.quarters.Add(now)
	}
	if in.implicit != nil {
		in.implicit.Inc()
	}
	if n.outage {
		m.storeErrors.Inc()
	}
}

func (m *Metrics) of(k kind) *series {
	m.mu.RLock()
	in := m.known[k]
	m.mu.RUnlock()
	if in == nil {
		in = m.find(k)
	}
	return in
}

func (m *Metrics) find(k kind) *series {
	in := &series{requests: m.requests.WithLabelValues(k.endpoint, k.result, k.reason), duration: m.duration.WithLabelValues(k.endpoint)}
	if k.silent {
		in.silent = m.silent.WithLabelValues(k.app, k.result, k.reason)
		if m.Silent != nil && k.result != "retried" {
			what := cmp.Or(k.reason, k.result)
			in.minutes, in.quarters = m.Silent.Line(what), m.SilentOf.Of(k.app).Line(what)
		}
	}
	if k.implicit {
		in.implicit = m.implicit.WithLabelValues(k.app)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.known[k] = in
	return in
}
