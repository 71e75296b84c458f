package provider

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/token"
)

// count registers what is counted below HTTP. The series of all labels are there from
// the start: a rate of what never happened is 0, and not absent.
func (p *Provider) count(r prometheus.Registerer, store *redisstore.Store, throttle *login.Throttle) {
	store.Measure(r)
	p.countSignatures(r)
	begun := prometheus.NewCounter(prometheus.CounterOpts{
		Name: "hush_sessions_begun_total", Help: "Sessions that began. A sign-in in a browser whose session goes on begins none.",
	})
	p.Sessions.OnBegin = begun.Inc
	attempts := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "hush_attempts_total", Help: "Attempts to sign in with a password, by result: right, wrong, disabled; or not looked at, because of too many on the account or from the address, or because all were busy, or the store or another directory did not answer (account, address, busy, store, directory).",
	}, []string{"result"})
	for _, result := range []login.Attempted{login.Right, login.Wrong, login.Disabled, login.Account, login.Address, login.Busy, login.Unanswered, login.There} {
		attempts.WithLabelValues(string(result))
	}
	throttle.OnAttempt = func(a login.Attempted) { attempts.WithLabelValues(string(a)).Inc() }
	r.MustRegister(begun, attempts)
	r.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "hush_keys_ready", Help: "1 while there are keys to sign with.",
	}, func() float64 {
		if p.keys.Ready() {
			return 1
		}
		return 0
	}))
}

// countSignatures has one series for each algorithm.
func (p *Provider) countSignatures(r prometheus.Registerer) {
	for _, alg := range token.Algorithms {
		r.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "hush_signatures_total", Help: "Signatures of tokens and answers, by algorithm.", ConstLabels: prometheus.Labels{"alg": alg},
		}, func() float64 { return float64(p.keys.Signed(alg)) }))
	}
}
