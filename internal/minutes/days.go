package minutes

import (
	"sync"
	"time"
)

// Quarter is how many minutes of a day of Days are counted together.
const Quarter = 15

// Days are a day for each of many, by the quarter of an hour: a line has 768 bytes. Names
// are to be those that an operator gives, since there is no bound to them. It is safe for
// concurrent use.
type Days struct {
	mu  sync.RWMutex
	all map[string]*Day
}

// NewDays returns none.
func NewDays() *Days { return &Days{all: make(map[string]*Day)} }

// Of returns the day of a name, to be counted in.
func (d *Days) Of(name string) *Day {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.all[name] == nil {
		d.all[name] = newDay(Quarter)
	}
	return d.all[name]
}

// Counts is that of the day of a name, nothing where nothing was counted.
func (d *Days) Counts(name string, from time.Time, step, n int) map[string][]uint64 {
	d.mu.RLock()
	day := d.all[name]
	d.mu.RUnlock()
	if day == nil {
		return nil
	}
	return day.Counts(from, step, n)
}
