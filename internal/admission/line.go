package admission

import "time"

// place is one request's in the line.
type place struct {
	came           time.Time
	turn           chan Verdict // holds what became of it, once it was called
	called         bool
	before, behind *place
}

// line is who waits, in the order in which they came.
type line struct {
	first, last *place
	len         int
}

func (l *line) join(now time.Time) *place {
	p := &place{came: now, turn: make(chan Verdict, 1), before: l.last}
	if l.last == nil {
		l.first = p
	} else {
		l.last.behind = p
	}
	l.last = p
	l.len++
	return p
}

func (l *line) drop(p *place) {
	if p.before == nil {
		l.first = p.behind
	} else {
		p.before.behind = p.behind
	}
	if p.behind == nil {
		l.last = p.before
	} else {
		p.behind.before = p.before
	}
	l.len--
}

func (l *line) call(p *place, v Verdict) {
	l.drop(p)
	p.called = true
	p.turn <- v
}
