package provider

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hush-sso/hush/internal/backchannel"
	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/egress"
)

// newTold makes what tells apps of sign-outs. Its calls are others than those that
// read keys and request objects, so that neither keeps the other waiting.
func (p *Provider) newTold(o Options, registry prometheus.Registerer) *backchannel.Service {
	messages := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "hush_backchannel_total", Help: "Messages to apps that a session ended, by client and result: delivered, refused, failed (and tried again), given_up, dropped, unqueued.",
	}, []string{"client", "result"})
	s := backchannel.New(backchannel.Config{
		Queue: o.Store.Deliveries(), Post: egress.New(o.Egress), Mint: teller{p}, Log: o.Log,
		Find: func(ctx context.Context, id string) (*client.Client, error) {
			return p.current.Load().find(ctx, id)
		},
		Maybe: p.mayBeTold,
		Count: func(id string, r backchannel.Result) {
			messages.WithLabelValues(p.series(id), string(r)).Inc()
		},
	})
	registry.MustRegister(messages, prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "hush_backchannel_waiting", Help: "Messages to apps that are not delivered yet, on all nodes, as this node saw it last.",
	}, func() float64 { return float64(s.Waiting()) }))
	return s
}

// teller makes the tokens that tell apps of sign-outs, each by the issuer that the
// app knows.
type teller struct{ *Provider }

func (t teller) LogoutToken(c *client.Client, userID, sid string, now time.Time) (string, error) {
	return t.issuerFor(t.current.Load(), c).LogoutToken(c, userID, sid, now)
}

// mayBeTold: an app that registered itself is looked up when it is told.
func (p *Provider) mayBeTold(id string) bool {
	if c := p.current.Load().clients.Client(id); c != nil {
		return c.BackchannelLogoutURI != ""
	}
	return p.issued(id)
}

func (p *Provider) issued(id string) bool {
	return p.shared.Register != nil && p.shared.Register.Issues(id)
}

// series names an app in the metrics, as web does: anybody may be able to register
// more of them.
func (p *Provider) series(id string) string {
	if p.issued(id) {
		return "registered"
	}
	return id
}

// maxPending is for how many apps Deliveries tells what waits.
const maxPending = 500

// Deliveries tells for which apps messages wait that a session ended, on all nodes,
// those first whose turn it is.
func (p *Provider) Deliveries(ctx context.Context) ([]backchannel.Pending, error) {
	return p.told.Queue.Pending(ctx, maxPending)
}
