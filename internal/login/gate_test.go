package login

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// counted is a store without a clock: buckets only empty.
type counted struct {
	Attempts
	used  map[string]int
	asked []Try
	err   error
}

func (c *counted) Admit(_ context.Context, t Try) (time.Duration, bool, error) {
	c.asked = append(c.asked, t)
	if c.err != nil {
		return 0, false, c.err
	}
	if c.used[t.Of]++; c.used[t.Of] > t.Limit.Burst {
		return t.Limit.Every, false, nil
	}
	return 0, false, nil
}

func TestGate(t *testing.T) {
	c := &counted{used: map[string]int{}}
	g := NewGate(c, []byte("key"), "what")
	throttled := func(address string) bool {
		err := g.Enter(t.Context(), netip.MustParseAddr(address))
		wait := (*ThrottledError)(nil)
		if err != nil && (!errors.As(err, &wait) || wait.Wait != time.Minute) {
			t.Fatal(err)
		}
		return err != nil
	}
	for range gateEach.Burst {
		if throttled("2001:db8::1") {
			t.Fatal("too soon")
		}
	}
	if !throttled("2001:db8::2") {
		t.Error("another address of the same network is another one")
	}
	for i := range gateAll.Burst {
		throttled(netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}).String())
	}
	if !throttled("198.51.100.1") {
		t.Error("many addresses have as much as they like")
	}
	for _, try := range c.asked {
		if try.ID == "" || strings.Contains(try.Of, "2001") || strings.Contains(try.Of, "192") {
			t.Errorf("the store sees %+v", try)
		}
	}
	c.err = errors.New("away")
	if err := g.Enter(t.Context(), netip.Addr{}); !errors.Is(err, c.err) {
		t.Errorf("an outage lets in: %v", err)
	}
}
