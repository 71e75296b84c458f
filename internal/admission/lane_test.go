package admission

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

var few = Bounds{Least: 2, First: 2, Most: 2, Waiting: 3, Present: 6}

// come has a request take a place in the lane, and returns what becomes of it.
func come(l *Lane) (*Ticket, chan error) {
	t, done := &Ticket{Lane: l}, make(chan error, 1)
	go func() { done <- t.Admit(context.Background()) }()
	synctest.Wait()
	return t, done
}

func must(t *testing.T, what string, done chan error, want error) {
	t.Helper()
	synctest.Wait()
	select {
	case err := <-done:
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", what, err, want)
		}
	default:
		t.Errorf("%s: still waits", what)
	}
}

// TestLane: so many are in, so many wait, and the next is refused at once.
func TestLane(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLane("test", few)
		var tickets []*Ticket
		var done []chan error
		for range 6 {
			ticket, d := come(l)
			tickets, done = append(tickets, ticket), append(done, d)
		}
		must(t, "first", done[0], nil)
		must(t, "second", done[1], nil)
		must(t, "one more than may wait", done[5], ErrOverloaded)
		if kind := tickets[5].Leave(); kind != Full {
			t.Errorf("refused as %q", kind)
		}
		if len(done[2])+len(done[3])+len(done[4]) != 0 || !l.Waits() {
			t.Error("who should wait does not")
		}
		tickets[0].Leave()
		must(t, "who came first of those that wait", done[2], nil)
		tickets[0].Leave() // again: it has no place any more
		if len(done[3]) != 0 {
			t.Error("one place was given twice")
		}
		time.Sleep(burstWait) // of the bubble
		must(t, "who waited in vain", done[3], ErrOverloaded)
		must(t, "who waited in vain", done[4], ErrOverloaded)
		if kind := tickets[3].Leave(); kind != Waited || l.Waits() {
			t.Errorf("refused as %q, somebody waits: %v", kind, l.Waits())
		}
		tickets[1].Leave()
		tickets[2].Leave()
		if l.inside != 0 {
			t.Errorf("%d are inside", l.inside)
		}
	})
}

// TestStandingQueue: once a queue stands, a wait is short and the last comes first.
func TestStandingQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLane("test", few)
		in, _ := come(l)
		_, _ = come(l)
		_, old := come(l)
		time.Sleep(2 * window)
		_, before := come(l)
		young, last := come(l)
		in.Leave()
		must(t, "the last", last, nil)
		if len(old)+len(before) != 0 {
			t.Error("the last was not alone")
		}
		time.Sleep(standWait)
		must(t, "who came to a queue that stands", before, ErrOverloaded)
		if len(old) != 0 {
			t.Error("who came to a short queue gave up early")
		}
		young.Leave()
		must(t, "who came first", old, nil)
	})
}

// TestTicket: however much a request does at a time, it has one place; who was refused
// stays so, and who left the browser or was answered takes none.
func TestTicket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLane("test", few)
		one := &Ticket{Lane: l}
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				if err := one.Admit(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if l.inside != 1 {
			t.Errorf("one request has %d places", l.inside)
		}
		_, _ = come(l)
		gone, cancel := context.WithCancel(t.Context())
		leaver, left := &Ticket{Lane: l}, make(chan error)
		go func() { left <- leaver.Admit(gone) }()
		synctest.Wait()
		cancel()
		if err := <-left; !errors.Is(err, context.Canceled) || l.Waits() {
			t.Errorf("who went away: %v, waits: %v", err, l.Waits())
		}
		if kind := leaver.Leave(); kind != "" {
			t.Errorf("who went away counts as %q", kind)
		}
		late := &Ticket{Lane: l}
		if err := late.Admit(t.Context()); !errors.Is(err, ErrOverloaded) {
			t.Errorf("no room: %v", err)
		}
		one.Leave()
		if err := late.Admit(t.Context()); !errors.Is(err, ErrOverloaded) {
			t.Errorf("refused, and then: %v", err)
		}
		if err := one.Admit(t.Context()); err != nil || l.inside != 1 {
			t.Errorf("behind an answer: %v, %d inside", err, l.inside)
		}
	})
}

func TestPresent(t *testing.T) {
	l := NewLane("test", few)
	for i := range few.Present {
		if !l.Arrive() {
			t.Fatalf("no room for the %d.", i+1)
		}
	}
	if l.Arrive() || l.Arrive() {
		t.Error("there is always room")
	}
	l.Depart()
	if !l.Arrive() {
		t.Error("one left, and there is no room")
	}
}

// TestPace: what is slow because too many are inside makes them fewer, what is slow by
// itself does not, and without anybody who waits nothing changes.
func TestPace(t *testing.T) {
	at := time.Now()
	p := newPace(Bounds{Least: 16, First: 64, Most: 128})
	see := func(windows int, took time.Duration, pressed bool) int {
		for range windows {
			at = at.Add(window)
			p.pressed = pressed
			for range samples {
				p.learn(took, at)
			}
		}
		return p.limit()
	}
	see(5, time.Millisecond, false)
	if n := see(5, 20*time.Millisecond, false); n != 64 {
		t.Errorf("nobody waits: %d", n)
	}
	if n := see(30, 20*time.Millisecond, true); n != 16 {
		t.Errorf("a queue in the lane: %d", n)
	}
	if n := see(50, 2*time.Millisecond, true); n != 128 {
		t.Errorf("there is room: %d", n)
	}
	slow := newPace(Bounds{Least: 16, First: 64, Most: 128})
	p = slow
	if n := see(50, 40*time.Millisecond, true); n != 128 {
		t.Errorf("a store far away: %d", n)
	}
}

// BenchmarkTicket is what a request pays where there is room: 0 allocations.
func BenchmarkTicket(b *testing.B) {
	l := NewLane("test", Bounds{Least: 16, First: 64, Most: 128, Waiting: 1, Present: 1})
	ctx := context.WithValue(context.Background(), Key{}, Entrant(nil))
	var t Ticket
	b.ReportAllocs()
	for b.Loop() {
		t.Lane, t.state = l, outside
		if err := t.Admit(ctx); err != nil {
			b.Fatal(err)
		}
		t.Leave()
	}
}
