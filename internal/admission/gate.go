package admission

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// burst is how long one may have to wait where a queue builds up, and standing
	// where it has been there for longer than a burst: then it does not pass, and all
	// that it brings is that everybody waits (Nichols and Jacobson, Controlling queue
	// delay). Whoever waited for patience is refused when their turn comes: a request has
	// 1.7 s, and what is begun must be done in it.
	burst    = 1200 * time.Millisecond
	standing = 100 * time.Millisecond
	patience = 1400 * time.Millisecond
	// share of those who are served may be refused by Told: it costs some quarter of
	// what serving does.
	share = 0.25
)

// Verdict is how a request is to be treated.
type Verdict uint8

// What becomes of a request.
const (
	In   Verdict = iota // it is worked on, until Leave
	Told                // refuse it in the words of the protocol
	Bare                // refuse it, at the least cost
)

// Bounds are what a gate allows itself.
type Bounds struct {
	Least, Most int     // worked on at once; it begins with the least
	Rate        float64 // served a second, as long as it is not known better
	Reserve     int     // refusals by Told that may come before anybody was served
}

// Gate lets so many in at a time. It is safe for concurrent use.
type Gate struct {
	shut    atomic.Bool // whoever comes is refused bare
	mu      sync.Mutex
	pace    pace
	inside  int
	line    line
	stood   time.Time // since when somebody has waited
	credit  float64   // refusals by Told that may come
	reserve float64
	counts  counts
	// OnShed is told, once a second at most, how many were refused since the last time.
	// Optional; set before anybody enters.
	OnShed func(told, bare uint64)
}

// New returns a gate for this machine.
func New() *Gate {
	cores := runtime.GOMAXPROCS(0)
	return NewGate(Bounds{Least: 64 * cores, Most: 512 * cores, Rate: 6000 * float64(cores), Reserve: 512 * cores})
}

// NewGate returns a gate that nobody is in.
func NewGate(b Bounds) *Gate {
	return &Gate{pace: newPace(b), credit: float64(b.Reserve), reserve: float64(b.Reserve)}
}

// Shut tells whether there is neither room nor time to say so in the words of the
// protocol. It costs next to nothing.
func (g *Gate) Shut() bool { return g.shut.Load() }

// Enter returns when it is known what becomes of a request. Whose context ends while they
// wait is refused bare.
func (g *Gate) Enter(ctx context.Context) Verdict {
	g.mu.Lock()
	if g.inside < g.pace.limit() && g.line.len == 0 {
		g.inside++
		g.mu.Unlock()
		return In
	}
	defer g.settle()
	now := time.Now()
	if g.full(now) {
		return g.refuse()
	}
	if g.line.len == 0 {
		g.stood = now
		g.pace.press(now)
	}
	p := g.line.join(now)
	g.mu.Unlock()
	v := g.await(ctx, p)
	g.mu.Lock()
	return v
}

func (g *Gate) await(ctx context.Context, p *place) Verdict {
	select {
	case v := <-p.turn:
		return v
	case <-ctx.Done():
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if p.called { // at the very last moment
		return <-p.turn
	}
	g.line.drop(p)
	return Bare
}

// full tells whether who comes now would wait too long.
func (g *Gate) full(now time.Time) bool {
	most := burst
	if g.line.len > 0 && now.Sub(g.stood) > burst {
		most = standing
	}
	return g.line.len >= max(g.pace.bounds.Least, int(g.pace.rate*most.Seconds()))
}

func (g *Gate) refuse() Verdict {
	if g.credit < 1 {
		return Bare
	}
	g.credit--
	return Told
}

// settle ends a change.
func (g *Gate) settle() {
	if g.line.len == 0 {
		g.pace.rest()
	}
	g.shut.Store(g.credit < 1 && g.line.len > 0 && g.full(time.Now()))
	g.mu.Unlock()
}

// Leave makes room for the next. took is how long the request was worked on.
func (g *Gate) Leave(took time.Duration) {
	g.mu.Lock()
	defer g.settle()
	now := time.Now()
	g.inside--
	g.credit = min(g.credit+share, g.reserve)
	g.pace.learn(took, now)
	for g.inside < g.pace.limit() && g.line.len > 0 {
		p := g.line.first
		if now.Sub(p.came) > patience {
			g.line.call(p, g.refuse())
			continue
		}
		g.line.call(p, In)
		g.inside++
	}
}
