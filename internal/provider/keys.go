package provider

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hush-sso/hush/internal/token"
)

// KeyRotation says when signing keys are replaced by themselves.
type KeyRotation struct {
	Every   time.Duration // how long a key signs; 0: until an operator asks
	Publish time.Duration // how long it is published before; default token.DefaultPublish
}

// How often the shared signing keys are read: soon while there are none, then
// often enough to see within seconds that one is revoked.
const (
	keysMissing = 250 * time.Millisecond
	keysHeld    = 5 * time.Second
)

// keysStale is when a node that cannot read the keys is no longer ready: what it
// publishes may lack the key that others are about to sign with. It and the five minutes
// for which the key set may be kept are the shortest time to publish.
const keysStale = 5 * time.Minute

// keyPolicy is what holds for the keys by the apps of the moment.
func (p *Provider) keyPolicy(o Options) token.Policy {
	return token.Policy{
		Every: o.KeyRotation.Every, Publish: o.KeyRotation.Publish,
		Life: p.flows.Tokens.Longest(p.current.Load().clients), Hints: o.Session.Longest(),
	}
}

func (p *Provider) runKeys(ctx context.Context) error {
	for said := ""; ; {
		err := p.LoadKeys(ctx)
		switch {
		case errors.Is(err, token.ErrSealedElsewhere) && !p.keys.Ready():
			return fmt.Errorf("signing keys: %w", err)
		case err != nil && err.Error() != said && ctx.Err() == nil:
			if said == "" {
				p.log.Error(keyTrouble(err), "cause", err)
			}
			said = err.Error()
		case err == nil && said != "":
			p.log.Info("signing keys read")
			said = ""
		}
		wait := keysHeld
		if !p.keys.Ready() {
			wait = keysMissing
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
	}
}

func keyTrouble(err error) string {
	if errors.Is(err, token.ErrClocksDiffer) {
		return "signing keys are not changed, though it is time: set the clocks of this node and of redis by NTP"
	}
	return "signing keys cannot be read; trying again"
}

// LoadKeys reads the signing keys once, or makes them where there are none: for RSA that
// takes a slow machine seconds, in which the store is not asked.
func (p *Provider) LoadKeys(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	return p.keys.Load(ctx)
}

// keyMetrics tells what keys there are, as this node holds them.
type keyMetrics struct{ keys *token.Keys }

var (
	keysDesc = prometheus.NewDesc("hush_signing_keys", "Signing keys by algorithm and state: next, active, retired, or past, which is good for hints only.", []string{"alg", "state"}, nil)
	ageDesc  = prometheus.NewDesc("hush_signing_key_age_seconds", "For how long the active key of an algorithm signs.", []string{"alg"}, nil)
	readDesc = prometheus.NewDesc("hush_signing_keys_unread_seconds", "For how long the stored signing keys were not read: some seconds, unless the store is away or they cannot be opened.", nil, nil)
)

// Describe implements [prometheus.Collector].
func (m keyMetrics) Describe(to chan<- *prometheus.Desc) {
	to <- keysDesc
	to <- ageDesc
	to <- readDesc
}

// Collect implements [prometheus.Collector].
func (m keyMetrics) Collect(to chan<- prometheus.Metric) {
	keys, err := m.keys.List()
	if err != nil {
		return // there are none yet
	}
	counts := make(map[[2]string]int)
	for _, alg := range token.Algorithms {
		for _, state := range token.KeyStates {
			counts[[2]string{alg, state}] = 0
		}
	}
	for _, k := range keys {
		counts[[2]string{k.Alg, k.State}]++
		if k.State == token.KeyActive {
			to <- prometheus.MustNewConstMetric(ageDesc, prometheus.GaugeValue, time.Since(k.From).Seconds(), k.Alg)
		}
	}
	for of, n := range counts {
		to <- prometheus.MustNewConstMetric(keysDesc, prometheus.GaugeValue, float64(n), of[0], of[1])
	}
	to <- prometheus.MustNewConstMetric(readDesc, prometheus.GaugeValue, m.keys.Unread().Seconds())
}
