package login

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"
)

// With every slot taken an attempt waits, and gives up with its context.
func TestSlots(t *testing.T) {
	d, err := NewDirectory(nil)
	if err != nil {
		t.Fatal(err)
	}
	a := NewAuthenticator()
	if want := max(1, runtime.GOMAXPROCS(0)/2); cap(a.slots) != want {
		t.Errorf("%d slots, want %d", cap(a.slots), want)
	}
	for range cap(a.slots) {
		a.slots <- struct{}{}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	_, err = a.Authenticate(ctx, d, "alice", "wonderland")
	if !errors.Is(err, context.DeadlineExceeded) || a.Runs() != 0 {
		t.Errorf("got %v after %d runs", err, a.Runs())
	}
}

// A name that nobody has is checked with the parameters of the dearest hash, so
// that time does not tell who exists.
func TestDummyIsAsDear(t *testing.T) {
	dear := newHash()
	dear.memory, dear.time, dear.lanes = 65536, 3, 2
	cheap := newHash()
	cheap.memory, cheap.time = 64, 1
	for name, users := range map[string][]User{
		"dear": {{Username: "a", PasswordHash: dear.String()}, {Username: "b", PasswordHash: cheap.String()}},
	} {
		d, err := NewDirectory(users)
		if err != nil {
			t.Fatal(err)
		}
		if d.dummy.memory != 65536 || d.dummy.time != 3 || d.dummy.lanes != 2 {
			t.Errorf("%s: the dummy is m=%d,t=%d,p=%d", name, d.dummy.memory, d.dummy.time, d.dummy.lanes)
		}
	}
	if d, err := NewDirectory([]User{{Username: "b", PasswordHash: cheap.String()}}); err != nil || d.dummy.memory != 64 {
		t.Errorf("with cheap hashes only the dummy is dearer: %+v, %v", d, err)
	}
}
