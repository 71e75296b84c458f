package admission

import (
	"math"
	"time"
)

const (
	window  = 100 * time.Millisecond
	samples = 8 // of a window at least: the least of few says little
	// slow is by how much even the fastest may take longer than on an idle node.
	slow = 5 * time.Millisecond
	// drift is how fast the idle node's time follows one that lasts: another Redis,
	// other keys. Of 256 windows two thirds.
	drift = 256
	// settling is how many windows say how many are served a second: where many come at
	// once, the first windows go into reading what they ask.
	settling = 8
)

// pace is what a gate knows of how fast it serves.
//
// How many are worked on at once follows the time that they take. As in CoDel (RFC 8289)
// it is the least of a window that tells a queue behind the gate, at the store: while
// even the fastest took longer than on an idle node, fewer are let in, else more, as a
// store that is far away needs it.
//
// How many are served a second is known from the time in which somebody always waited.
type pace struct {
	bounds  Bounds
	allowed float64
	idle    time.Duration // what a request takes where nothing else is in its way; 0 unknown
	least   time.Duration // of this window
	count   int           // of this window
	began   time.Time     // this window; zero: nobody waits
	rate    float64       // served a second
}

func newPace(b Bounds) pace {
	return pace{bounds: b, allowed: float64(b.Least), least: math.MaxInt64, rate: b.Rate}
}

func (p *pace) limit() int { return int(p.allowed) }

// press begins a time in which somebody waits, and rest ends it.
func (p *pace) press(now time.Time) { p.began, p.least, p.count = now, math.MaxInt64, 0 }
func (p *pace) rest()               { p.began = time.Time{} }

// learn notes how long a request was inside.
func (p *pace) learn(took time.Duration, now time.Time) {
	if p.began.IsZero() {
		if p.idle == 0 || took < p.idle {
			p.idle = took
		}
		if p.rate < p.bounds.Rate {
			p.rate *= 1.01 // what made it slow may be over
		}
		return // nothing is known of what more, or fewer, would do
	}
	p.least = min(p.least, took)
	p.count++
	if past := now.Sub(p.began); past >= window && p.count >= samples {
		p.rate = max(1, p.rate+(float64(p.count)/past.Seconds()-p.rate)/settling)
		p.judge()
		p.press(now)
	}
}

func (p *pace) judge() {
	if p.idle == 0 || p.least < p.idle {
		p.idle = p.least
	}
	p.idle += (p.least - p.idle) / drift
	if p.least-p.idle > slow {
		p.allowed *= 0.9
	} else {
		p.allowed *= 1.1
	}
	p.allowed = min(max(p.allowed, float64(p.bounds.Least)), float64(p.bounds.Most))
}
