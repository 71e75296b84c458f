// Package minutes counts events by the minute, for a day, inside the process: enough to
// plot what just happened where nobody collects metrics. [Day] holds the counts, a [Line]
// those of one kind of event.
//
// It keeps no more than [Day.Line] says and nothing beyond the process: metrics are what
// alerts and longer times are for.
package minutes

import (
	"maps"
	"math"
	"sync"
	"sync/atomic"
	"time"
)

// Kept is for how many minutes counts are kept.
const Kept = 24 * 60

const (
	// mostLines bounds the memory: a line has 11.5 KB.
	mostLines = 64
	// Other is the line of what comes when there are no more.
	Other = "other"
)

// Day is the counts of all kinds. It is safe for concurrent use.
type Day struct {
	step  uint64 // minutes of a slot
	mu    sync.RWMutex
	lines map[string]*Line
}

// NewDay returns a day without counts.
func NewDay() *Day { return newDay(1) }

func newDay(step uint64) *Day { return &Day{step: step, lines: make(map[string]*Line)} }

// Line returns that of a kind of event, to be kept by who counts. Kinds beyond 64
// have one together.
func (d *Day) Line(kind string) *Line {
	d.mu.Lock()
	defer d.mu.Unlock()
	if l := d.lines[kind]; l != nil {
		return l
	}
	if len(d.lines) >= mostLines-1 {
		kind = Other
	}
	l := d.lines[kind]
	if l == nil {
		l = &Line{d.step, make([]atomic.Uint64, Kept/d.step)}
		d.lines[kind] = l
	}
	return l
}

// Counts sums what happened in n spans of step minutes each, the first of which begins
// at from, by kind. A kind of which there is nothing is left out. Those of Days are counted
// by the quarter of an hour: from and step are whole ones.
func (d *Day) Counts(from time.Time, step, n int) map[string][]uint64 {
	d.mu.RLock()
	lines := maps.Clone(d.lines)
	d.mu.RUnlock()
	all := make(map[string][]uint64, len(lines))
	for kind, l := range lines {
		sums, any := make([]uint64, n), false
		for i := range sums {
			for j := 0; j < step; j += int(l.step) {
				sums[i] += l.at((minute(from) + uint64(i*step+j)) / l.step)
			}
			any = any || sums[i] > 0
		}
		if any {
			all[kind] = sums
		}
	}
	return all
}

// Line counts one kind of event. It is safe for concurrent use, and allocates nothing.
type Line struct {
	step uint64 // minutes of a slot
	// slots hold a step since 1970 in the upper half and its count in the lower: who
	// counts in a slot of yesterday's begins it anew in one step.
	slots []atomic.Uint64
}

func minute(t time.Time) uint64 { return uint64(t.Unix() / 60) }

// Add counts an event.
func (l *Line) Add(at time.Time) {
	m := minute(at) / l.step
	slot := l.slot(m)
	for {
		was := slot.Load()
		now := m<<32 | 1
		if was>>32 == m {
			if uint32(was) == math.MaxUint32 {
				return
			}
			now = was + 1
		}
		if slot.CompareAndSwap(was, now) {
			return
		}
	}
}

func (l *Line) slot(m uint64) *atomic.Uint64 { return &l.slots[m%uint64(len(l.slots))] }

// at is the count of a step.
func (l *Line) at(m uint64) uint64 {
	v := l.slot(m).Load()
	if v>>32 != m {
		return 0
	}
	return v & math.MaxUint32
}
