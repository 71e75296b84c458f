package admission

// place is one request's in the line.
type place struct {
	turn           chan struct{} // closed when it is called
	called         bool
	before, behind *place
}

// line is who waits, in the order in which they came.
type line struct {
	first, last *place
	len         int
}

func (l *line) join() *place {
	p := &place{turn: make(chan struct{}), before: l.last}
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

// call tells one that it is their turn: the first, or the last.
func (l *line) call(last bool) {
	p := l.first
	if last {
		p = l.last
	}
	l.drop(p)
	p.called = true
	close(p.turn)
}
