package login

import (
	"context"
	"errors"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/login/hashing"
)

// With every slot taken an attempt waits, and gives up with its context.
func TestSlots(t *testing.T) {
	d, err := NewDirectory(nil)
	if err != nil {
		t.Fatal(err)
	}
	a := NewAuthenticator([]byte("key of the test"))
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

// Who gives up leaves the slot taken until the hash is done: else a crowd of them would
// have more computed at once than there are slots.
func TestGivingUp(t *testing.T) {
	d, err := NewDirectory(nil)
	if err != nil {
		t.Fatal(err)
	}
	a := NewAuthenticator([]byte("key of the test"))
	begun, release := make(chan struct{}), make(chan struct{})
	a.Compute = func(hashing.Work) []byte { close(begun); <-release; return nil }
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-begun; cancel() }()
	if _, err := a.Authenticate(ctx, d, "alice", "wonderland"); !errors.Is(err, ErrBusy) {
		t.Errorf("who gave up is told %v", err)
	}
	if len(a.slots) != 1 {
		t.Errorf("%d slots are taken", len(a.slots))
	}
	close(release)
	for range cap(a.slots) {
		a.slots <- struct{}{} // all of them, some time
	}
}

// Names that nobody has cost what the users' hashes cost, spread as users are,
// and each always the same: by time nobody tells who exists.
func TestDummyIsAsDear(t *testing.T) {
	dear, cheap := newHash(), newHash()
	dear.memory, dear.time, dear.lanes = 65536, 3, 2
	cheap.memory, cheap.time = 64, 1
	var users []User
	for i := range 40 {
		h := cheap
		if i%4 == 0 {
			h = dear
		}
		users = append(users, User{Username: "user" + strconv.Itoa(i), PasswordHash: h.String()})
	}
	d, err := NewDirectory(users)
	if err != nil {
		t.Fatal(err)
	}
	costs := map[uint32]int{}
	for i := range 1000 {
		name := "nobody" + strconv.Itoa(i)
		h := d.dummy(keyed("key"), name)
		costs[h.memory]++
		if again := d.dummy(keyed("key"), strings.ToUpper(name)); again.memory != h.memory {
			t.Errorf("%s costs now this, now that", name)
		}
		if i == 0 && matches(h, "") || h.time != map[uint32]uint32{64: 1, 65536: 3}[h.memory] {
			t.Fatalf("dummy is %s", h)
		}
		if i == 3 {
			h.memory = 1 // nobody's change is anybody's
		}
	}
	if n := costs[65536]; n < 150 || n > 350 || costs[64] != 1000-n {
		t.Errorf("of 1000 names %v cost so much", costs)
	}
	if empty, err := NewDirectory(nil); err != nil || empty.dummy(nil, "a").memory != defaultMemory {
		t.Errorf("with no users: %v", err)
	}
}
