package minutes

import (
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"
	"time"
)

var noon = time.Date(2026, 3, 1, 12, 0, 30, 0, time.UTC)

func TestCounts(t *testing.T) {
	d := NewDay()
	ok, gone := d.Line("ok"), d.Line("gone")
	d.Line("never")
	for range 3 {
		ok.Add(noon)
	}
	ok.Add(noon.Add(29 * time.Second)) // of the same minute
	ok.Add(noon.Add(4 * time.Minute))
	gone.Add(noon.Add(9 * time.Minute))
	got := d.Counts(noon, 5, 2)
	if len(got) != 2 || !slices.Equal(got["ok"], []uint64{5, 0}) || !slices.Equal(got["gone"], []uint64{0, 1}) {
		t.Errorf("%v", got)
	}
	if got := d.Counts(noon.Add(time.Hour), 5, 2); len(got) != 0 {
		t.Errorf("an hour later: %v", got)
	}
}

// TestYesterday: a slot that is used again forgets what it held, and is not read as today's
// before.
func TestYesterday(t *testing.T) {
	d := NewDay()
	l := d.Line("ok")
	l.Add(noon)
	l.Add(noon)
	tomorrow := noon.Add(Kept * time.Minute)
	if got := d.Counts(tomorrow, 1, 1); len(got) != 0 {
		t.Errorf("yesterday is today: %v", got)
	}
	l.Add(tomorrow)
	if got := d.Counts(tomorrow, 1, 1); !slices.Equal(got["ok"], []uint64{1}) {
		t.Errorf("%v", got)
	}
	if got := d.Counts(noon, 1, 1); len(got) != 0 {
		t.Errorf("today is yesterday: %v", got)
	}
}

func TestFull(t *testing.T) {
	d := NewDay()
	l := d.Line("ok")
	l.slot(minute(noon)).Store(minute(noon)<<32 | math.MaxUint32)
	l.Add(noon)
	if got := d.Counts(noon, 1, 1)["ok"]; !slices.Equal(got, []uint64{math.MaxUint32}) {
		t.Errorf("a full minute is %v", got)
	}
}

// TestKindsAreBounded: whoever makes up kinds of events fills no memory.
func TestKindsAreBounded(t *testing.T) {
	d := NewDay()
	for i := range 500 {
		d.Line(fmt.Sprint("kind ", i)).Add(noon)
	}
	got := d.Counts(noon, 1, 1)
	if len(got) != mostLines || got[Other][0] != 500-mostLines+1 {
		t.Errorf("%d kinds, %v of them others", len(got), got[Other])
	}
	if d.Line("kind 3") != d.Line("kind 3") || d.Line("kind 499") != d.Line(Other) {
		t.Error("a line is not the one that it was")
	}
}

// TestDays: each has a day of its own, by the quarter of an hour, up to yesterday's.
func TestDays(t *testing.T) {
	d := NewDays()
	one := d.Of("one").Line("ok")
	one.Add(noon)
	one.Add(noon.Add(14 * time.Minute)) // of the same quarter
	one.Add(noon.Add(15 * time.Minute))
	d.Of("two").Line("gone").Add(noon)
	if got := d.Counts("one", noon, Quarter, 2); len(got) != 1 || !slices.Equal(got["ok"], []uint64{2, 1}) {
		t.Errorf("%v", got)
	}
	if got := d.Counts("one", noon, 2*Quarter, 1); !slices.Equal(got["ok"], []uint64{3}) {
		t.Errorf("by the half hour: %v", got)
	}
	if got := d.Counts("two", noon, Quarter, 2); len(got) != 1 || !slices.Equal(got["gone"], []uint64{1, 0}) {
		t.Errorf("%v", got)
	}
	if got := d.Counts("none", noon, Quarter, 2); len(got) != 0 {
		t.Errorf("%v", got)
	}
	one.Add(noon.Add(Kept * time.Minute))
	if got := d.Counts("one", noon, Quarter, 2); !slices.Equal(got["ok"], []uint64{0, 1}) {
		t.Errorf("a day later: %v", got)
	}
}

// TestTogether: none of what many count at once is lost, at the turn of a day either.
func TestTogether(t *testing.T) {
	d := NewDay()
	d.Line("ok").Add(noon.Add(-Kept * time.Minute))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 1000 {
				d.Line("ok").Add(noon)
			}
		})
	}
	all.Wait()
	if got := d.Counts(noon, 1, 1)["ok"]; !slices.Equal(got, []uint64{8000}) {
		t.Errorf("%v", got)
	}
}

func TestAddAllocatesNothing(t *testing.T) {
	l := NewDay().Line("ok")
	if n := testing.AllocsPerRun(100, func() { l.Add(noon) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
