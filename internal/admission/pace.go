package admission

import (
	"math"
	"time"
)

const (
	window  = 100 * time.Millisecond
	samples = 8 // of a window at least: the least of few says little
	// standing is by how much even the fastest may take longer than on an idle node.
	standing = 5 * time.Millisecond
	// drift is how fast the idle node's time follows one that lasts: another Redis,
	// other keys. Of 256 windows two thirds.
	drift = 256
)

// pace is how many may be inside: a tenth less after a window in which even the
// fastest was slow, a tenth more after one in which it was not and somebody had to wait.
type pace struct {
	bounds  Bounds
	allowed float64
	idle    time.Duration // what a request takes where nothing else is in its way; 0 unknown
	began   time.Time     // of the window, and what it saw
	least   time.Duration
	count   int
	pressed bool // somebody had to wait
}

func newPace(b Bounds) pace {
	return pace{bounds: b, allowed: float64(b.First), least: math.MaxInt64}
}

func (p *pace) limit() int { return int(p.allowed) }

// learn notes how long a request was inside.
func (p *pace) learn(took time.Duration, now time.Time) {
	p.least = min(p.least, took)
	p.count++
	if now.Sub(p.began) < window || p.count < samples {
		return
	}
	p.judge()
	p.began, p.least, p.count, p.pressed = now, math.MaxInt64, 0, false
}

func (p *pace) judge() {
	if p.idle == 0 || p.least < p.idle {
		p.idle = p.least
	}
	p.idle += (p.least - p.idle) / drift
	switch {
	case !p.pressed:
		return // nothing is known of what more, or fewer, would do
	case p.least-p.idle > standing:
		p.allowed *= 0.9
	default:
		p.allowed *= 1.1
	}
	p.allowed = min(max(p.allowed, float64(p.bounds.Least)), float64(p.bounds.Most))
}
