package audit_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hush-sso/hush/internal/audit"
)

// shelf is a sink with so much room.
type shelf struct {
	mu     sync.Mutex
	text   strings.Builder
	room   int // bytes; negative: any number
	writes int
	held   chan struct{} // not nil: writes wait until it is closed
}

var errNoRoom = errors.New("no space left on device")

func (s *shelf) Write(lines []byte) (int, error) {
	if s.held != nil {
		<-s.held
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writes++
	if s.room >= 0 && len(lines) > s.room {
		n := strings.LastIndexByte(string(lines[:s.room]), '\n') + 1
		s.text.Write(lines[:n])
		s.room -= n
		return n, errNoRoom
	}
	if s.room >= 0 {
		s.room -= len(lines)
	}
	s.text.Write(lines)
	return len(lines), nil
}

func (*shelf) Reopen()      {}
func (*shelf) Close() error { return nil }

// clear makes room.
func (s *shelf) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.room = -1
}

func (s *shelf) events(t *testing.T) []audit.Event {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	return parse(t, s.text.String())
}

// parse reads lines, each of which must be one.
func parse(t *testing.T, text string) []audit.Event {
	t.Helper()
	var list []audit.Event
	for line := range strings.Lines(text) {
		var e audit.Event
		d := json.NewDecoder(strings.NewReader(line))
		d.DisallowUnknownFields()
		if err := d.Decode(&e); err != nil {
			t.Fatalf("%q is no line: %v", line, err)
		}
		list = append(list, e)
	}
	return list
}

// run runs a log, and returns what ends it when all is written.
func run(t *testing.T, c audit.Config) (*audit.Log, func()) {
	t.Helper()
	l := audit.New(c)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); l.Run(ctx) }()
	end := sync.OnceFunc(func() { cancel(); <-done })
	t.Cleanup(end)
	return l, end
}

// eventually waits for what happens in the background.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it did not come to pass that %s", what)
		}
	}
}

// total is the sum of a counter's series.
func total(t *testing.T, g prometheus.Gatherer, name string) (sum float64) {
	t.Helper()
	families, err := g.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == name {
				sum += m.GetCounter().GetValue()
			}
		}
	}
	return sum
}
