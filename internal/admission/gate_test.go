package admission

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// few lets two in, and two wait.
var few = Bounds{Least: 2, Most: 2, Rate: 1, Reserve: 2}

// visitor is one request.
type visitor struct {
	*Gate
	stop context.CancelFunc
	done chan Verdict
}

func come(t *testing.T, g *Gate) *visitor {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	v := &visitor{Gate: g, stop: stop, done: make(chan Verdict, 1)}
	go func() { v.done <- g.Enter(ctx) }()
	synctest.Wait()
	return v
}

func (v *visitor) waits(t *testing.T, what string) {
	t.Helper()
	synctest.Wait()
	if len(v.done) > 0 {
		t.Errorf("%s does not wait: %d", what, <-v.done)
	}
}

func (v *visitor) is(t *testing.T, what string, want Verdict) {
	t.Helper()
	synctest.Wait()
	select {
	case got := <-v.done:
		if got != want {
			t.Errorf("%s: %d, want %d", what, got, want)
		}
	default:
		t.Errorf("%s: still waits", what)
	}
}

// TestGate: so many are in, so many wait in the order in which they came, and the rest
// is refused at once: told for as many as there is time for, and bare.
func TestGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(few)
		come(t, g).is(t, "first", In)
		come(t, g).is(t, "second", In)
		first, second := come(t, g), come(t, g)
		come(t, g).is(t, "one more than may wait", Told)
		if g.Shut() {
			t.Error("shut while refusals can be told")
		}
		come(t, g).is(t, "the next", Told)
		if !g.Shut() {
			t.Error("not shut, and there is no room for anything")
		}
		come(t, g).is(t, "one for whom there is no time", Bare)
		first.waits(t, "who came first")
		g.Leave(time.Millisecond)
		first.is(t, "who came first", In)
		if g.Shut() {
			t.Error("shut, and somebody may wait")
		}
		second.waits(t, "who came next")
		come(t, g).waits(t, "who comes where there is room again")
		come(t, g).is(t, "one more, after one was served", Bare)
		for range 4 {
			g.Leave(time.Millisecond)
		}
		second.is(t, "who came next", In)
		if g.inside != 0 || g.line.len != 0 || g.Shut() {
			t.Errorf("%d inside, %d wait, shut: %v", g.inside, g.line.len, g.Shut())
		}
	})
}

// TestPatience: nobody is let in with too little time left, or is kept waiting once they
// gave up.
func TestPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(few)
		come(t, g)
		come(t, g)
		gone, late := come(t, g), come(t, g)
		gone.stop()
		gone.is(t, "who left", Bare)
		if g.line.len != 1 {
			t.Errorf("who left is in the line still: %d wait", g.line.len)
		}
		time.Sleep(patience + time.Millisecond) // of the bubble
		late.waits(t, "whom nobody called")
		g.Leave(time.Second)
		late.is(t, "who has waited too long", Told)
		if g.inside != 1 {
			t.Errorf("%d inside", g.inside)
		}
	})
}

// TestStanding: a queue may be long for as long as it may be a burst.
func TestStanding(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(Bounds{Least: 1, Most: 1, Rate: 10, Reserve: 1})
		come(t, g)
		for range 12 {
			come(t, g).waits(t, "one of a burst")
		}
		come(t, g).is(t, "one more than can be served in time", Told)
		g.Leave(0)
		time.Sleep(burst + time.Millisecond)
		for range 11 {
			g.Leave(0)
		}
		if g.line.len > 0 {
			t.Fatalf("%d wait", g.line.len)
		}
		come(t, g).waits(t, "who comes behind a burst")
		time.Sleep(burst + time.Millisecond)
		come(t, g).is(t, "who comes to a queue that stands", Told)
	})
}

// TestPace: what is slow because too many are inside makes them fewer, what is slow by
// itself does not, and without anybody who waits nothing changes.
func TestPace(t *testing.T) {
	at := time.Now()
	p := newPace(Bounds{Least: 64, Most: 128, Rate: 1000})
	see := func(windows int, took time.Duration) int {
		p.press(at)
		for range windows {
			at = at.Add(window)
			for range samples {
				p.learn(took, at)
			}
		}
		p.rest()
		return p.limit()
	}
	p.learn(time.Millisecond, at)
	p.learn(20*time.Millisecond, at)
	if p.limit() != 64 || p.rate != 1000 {
		t.Errorf("nobody waits: %d, %f", p.limit(), p.rate)
	}
	if n := see(50, 2*time.Millisecond); n != 128 {
		t.Errorf("there is room: %d", n)
	}
	if n := see(30, 20*time.Millisecond); n != 64 {
		t.Errorf("a queue behind the gate: %d", n)
	}
	if p.rate > 1.01*samples*float64(time.Second/window) {
		t.Errorf("it is slow, and it knows of %f a second", p.rate)
	}
	for range 1000 {
		p.learn(time.Millisecond, at)
	}
	if p.rate < 1000 {
		t.Errorf("the slow time is over, and it knows of %f a second", p.rate)
	}
	far := newPace(Bounds{Least: 64, Most: 128, Rate: 1000})
	p = far
	if n := see(50, 40*time.Millisecond); n != 128 {
		t.Errorf("a store far away: %d", n)
	}
}

// BenchmarkGate is what a request pays where there is room: 0 allocations.
func BenchmarkGate(b *testing.B) {
	g := New()
	b.ReportAllocs()
	for b.Loop() {
		if v := g.Enter(b.Context()); v != In {
			b.Fatal(v)
		}
		g.Leave(time.Millisecond)
	}
}
