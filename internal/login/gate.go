package login

import (
	"context"
	"crypto/rand"
	"net/netip"
	"time"
)

// Gate slows down what strangers may do without an account: what comes from one
// address, and what comes from all of them, because addresses are easy to have.
type Gate struct {
	attempts  Attempts
	key       keyed
	what      string
	each, all Limit
}

// Of what strangers may have kept, at most 1440 in a day.
var (
	gateEach = Limit{Burst: 20, Every: time.Minute}
	gateAll  = Limit{Burst: 100, Every: time.Minute}
)

// NewGate returns a gate; what tells it from others. The key, the same on all
// nodes, hashes addresses before a store sees them.
func NewGate(s Attempts, key []byte, what string) *Gate {
	return &Gate{attempts: s, key: key, what: what, each: gateEach, all: gateAll}
}

// Enter counts one. Its error is a *ThrottledError, or trouble with the store,
// without which nobody is let in.
func (g *Gate) Enter(ctx context.Context, from netip.Addr) error {
	id := rand.Text()
	for _, try := range []Try{
		{ID: id, Of: g.key.text(g.what, network(from)), Limit: g.each},
		{ID: id, Of: g.key.text(g.what+" of all", ""), Limit: g.all},
	} {
		wait, _, err := g.attempts.Admit(ctx, try)
		if err != nil {
			return err
		}
		if wait > 0 {
			return &ThrottledError{Wait: wait, Who: "address"}
		}
	}
	return nil
}
