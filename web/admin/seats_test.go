package admin

import (
	"testing"
	"time"
)

// clock is time that a test lets pass.
func clock(s *seats) func(time.Duration) {
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	s.now = func() time.Time { return at }
	return func(d time.Duration) { at = at.Add(d) }
}

func TestSeatsEnd(t *testing.T) {
	s := newSeats()
	pass := clock(s)
	n, cookie := s.take()
	taken := func() bool {
		_, ok := s.find(n.place, []string{"planted", cookie})
		return ok
	}
	for range 16 { // used now and then, up to eight hours
		if !taken() {
			t.Fatal("a seat that is used is over")
		}
		pass(29 * time.Minute)
	}
	if !taken() {
		t.Fatal("it is over before its time")
	}
	pass(16*time.Minute - time.Second)
	if !taken() {
		t.Error("it is over before its time")
	}
	if pass(time.Second); taken() {
		t.Error("it outlives eight hours")
	}
	n, cookie = s.take()
	if pass(30 * time.Minute); taken() {
		t.Error("it outlives half an hour without use")
	}
	n, cookie = s.take()
	pass(20 * time.Minute)
	s.find(n.place, []string{"another"})
	if pass(10 * time.Minute); taken() {
		t.Error("who knows the path but no cookie keeps it")
	}
	if len(s.all) != 0 {
		t.Errorf("%d are kept", len(s.all))
	}
}

// TestSeatsAreBounded: the one that was not used for longest makes room.
func TestSeatsAreBounded(t *testing.T) {
	s := newSeats()
	pass := clock(s)
	first, cookie := s.take()
	second, other := s.take()
	for range mostSeats {
		pass(time.Second)
		s.find(first.place, []string{cookie})
		s.take()
	}
	if len(s.all) != mostSeats {
		t.Errorf("there are %d", len(s.all))
	}
	if _, ok := s.find(first.place, []string{cookie}); !ok {
		t.Error("one that is used had to go")
	}
	if _, ok := s.find(second.place, []string{other}); ok {
		t.Error("one that is not used stayed")
	}
}
