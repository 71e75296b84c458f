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
	a := NewAuthenticator(func() *Directory { return d })
	if want := max(1, runtime.GOMAXPROCS(0)/2); cap(a.slots) != want {
		t.Errorf("%d slots, want %d", cap(a.slots), want)
	}
	for range cap(a.slots) {
		a.slots <- struct{}{}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	_, err = a.Authenticate(ctx, "alice", "wonderland")
	if !errors.Is(err, context.DeadlineExceeded) || a.Runs() != 0 {
		t.Errorf("got %v after %d runs", err, a.Runs())
	}
}
