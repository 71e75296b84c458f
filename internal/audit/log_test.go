package audit_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hush-sso/hush/internal/audit"
)

func TestLinesSayWhatHappened(t *testing.T) {
	s := &shelf{room: -1}
	l, end := run(t, audit.Config{Sink: s, Node: "one"})
	want := audit.Event{
		Kind: audit.SignInRefused, Result: "asked", Reason: "credentials", User: "u", Client: "c", Session: "s", Address: "192.0.2.1",
		Request: "r", Endpoint: "login", Host: "h", Rule: "10.js", Detail: "d", Count: 2,
	}
	l.Note(want)
	l.Note(audit.Event{Kind: audit.Started, Detail: "a\"b\nc</script>\u2028"})
	end()
	got := s.events(t)
	if len(got) != 2 || strings.Count(s.text.String(), "\n") != 2 {
		t.Fatalf("%q", s.text.String())
	}
	if when, err := time.Parse(time.RFC3339, got[0].Time); err != nil || time.Since(when).Abs() > time.Minute {
		t.Errorf("it was %q: %v", got[0].Time, err)
	}
	want.Time, want.Node = got[0].Time, "one"
	if got[0] != want {
		t.Errorf("got %+v, want %+v", got[0], want)
	}
	if got[1].Result != audit.OK || got[1].Detail != "a\"b\nc</script>\u2028" {
		t.Errorf("got %+v", got[1])
	}
}

func TestNilKeepsNothing(t *testing.T) {
	var l *audit.Log
	l.Note(audit.Event{Kind: audit.SignIn})
	l.Reopen()
	if err := errors.Join(l.Commit(t.Context(), audit.Event{Kind: audit.Grant}), l.Shut()); err != nil {
		t.Error(err)
	}
}

func TestWhichRenewalsAreNoted(t *testing.T) {
	for _, c := range []struct {
		silent audit.Silent
		want   string
	}{{"", "renewal:u renewal_refused:u grant_refused:"}, {audit.AllSilent, "renewal:u renewal_refused:u renewal_refused: grant_refused:"}, {audit.NoSilent, "grant_refused:"}} {
		s := &shelf{room: -1}
		l, end := run(t, audit.Config{Sink: s, Silent: c.silent})
		l.Note(audit.Event{Kind: audit.Renewal, User: "u"})
		l.Note(audit.Event{Kind: audit.RenewalRefused, User: "u", Result: "login_required"})
		l.Note(audit.Event{Kind: audit.RenewalRefused, Result: "login_required"})
		l.Note(audit.Event{Kind: audit.Refusal, Result: "invalid_request"})
		end()
		var got []string
		for _, e := range s.events(t) {
			got = append(got, string(e.Kind)+":"+e.User)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%q: %v, want %s", c.silent, got, c.want)
		}
	}
}

// TestStrangersCannotFillTheDisk: refusals of nobody are counted past a bound, and those
// of somebody are not held up by them.
func TestStrangersCannotFillTheDisk(t *testing.T) {
	s := &shelf{room: -1}
	l, end := run(t, audit.Config{Sink: s, Strangers: 3})
	const sent = 1000
	for range sent {
		l.Note(audit.Event{Kind: audit.Refusal, Result: "invalid_request"})
	}
	l.Note(audit.Event{Kind: audit.SignInRefused, Result: "asked", User: "u"})
	l.Note(audit.Event{Kind: audit.Grant, User: "u"})
	end()
	strangers, known, counted := 0, 0, 0
	for _, e := range s.events(t) {
		switch {
		case e.Kind == audit.Suppressed:
			counted += e.Count
		case e.User == "":
			strangers++
		default:
			known++
		}
	}
	if known != 2 || strangers+counted != sent || strangers > sent/2 {
		t.Errorf("%d of strangers, %d counted, %d of a user", strangers, counted, known)
	}
}

// TestRefuseGivesNothingUnwritten: with refuse a commit fails while the sink does, and
// what was noted is there when it works again.
func TestRefuseGivesNothingUnwritten(t *testing.T) {
	s := &shelf{room: 0}
	l, _ := run(t, audit.Config{Sink: s, Policy: audit.Refuse})
	if err := l.Shut(); err != nil {
		t.Fatal("shut before anything was tried:", err)
	}
	for range 2 {
		if err := l.Commit(t.Context(), audit.Event{Kind: audit.Grant, User: "u"}); !errors.Is(err, audit.ErrUnwritten) {
			t.Fatalf("committed to a full disk: %v", err)
		}
	}
	if err := l.Shut(); !errors.Is(err, audit.ErrUnwritten) {
		t.Fatalf("open with a full disk: %v", err)
	}
	l.Note(audit.Event{Kind: audit.SessionEnded, User: "u"})
	s.clear()
	eventually(t, "it is open again", func() bool { return l.Shut() == nil })
	if err := l.Commit(t.Context(), audit.Event{Kind: audit.Grant, User: "u"}); err != nil {
		t.Fatal(err)
	}
	if got := s.events(t); len(got) != 4 || got[2].Kind != audit.SessionEnded {
		t.Errorf("%+v", got)
	}
}

// TestContinueNeverWaits: with continue a commit does not fail, and lines are written
// once there is room, in their order.
func TestContinueNeverWaits(t *testing.T) {
	s := &shelf{room: 500}
	l, end := run(t, audit.Config{Sink: s})
	for i := range 100 {
		if err := errors.Join(l.Commit(t.Context(), audit.Event{Kind: audit.Grant, User: "u", Count: i + 1}), l.Shut()); err != nil {
			t.Fatal(err)
		}
	}
	s.clear()
	end()
	got := s.events(t)
	for i, e := range got {
		if e.Count != i+1 {
			t.Fatalf("line %d is %+v", i, e)
		}
	}
	if len(got) != 100 {
		t.Errorf("%d lines", len(got))
	}
}

// TestWhatIsLostIsTold: memory is bounded, and a line tells what is missing.
func TestWhatIsLostIsTold(t *testing.T) {
	s := &shelf{room: -1, held: make(chan struct{})}
	l, end := run(t, audit.Config{Sink: s, Policy: audit.Refuse})
	long := audit.Event{Kind: audit.Admin, Detail: strings.Repeat("x", 1<<20)}
	const sent = 30
	for range sent {
		l.Note(long)
	}
	if err := l.Commit(t.Context(), long); !errors.Is(err, audit.ErrUnwritten) {
		t.Errorf("a line that is lost was committed: %v", err)
	}
	close(s.held)
	end()
	kept, lost := 0, 0
	for _, e := range s.events(t) {
		if e.Kind == audit.Lost {
			lost += e.Count
		} else {
			kept++
		}
	}
	if kept+lost != sent+1 || kept < 7 || kept > 16 {
		t.Errorf("%d kept, %d told as lost, of %d", kept, lost, sent+1)
	}
}

// TestCommitsShareWrites: many at once cost few writes, and each is there when its
// caller goes on.
func TestCommitsShareWrites(t *testing.T) {
	s := &shelf{room: -1, held: make(chan struct{})}
	l, _ := run(t, audit.Config{Sink: s, Policy: audit.Refuse})
	var all sync.WaitGroup
	const n = 200
	for i := range n {
		all.Go(func() {
			id := strconv.Itoa(i)
			if err := l.Commit(context.Background(), audit.Event{Kind: audit.Grant, User: id}); err != nil {
				t.Error(err)
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			if !strings.Contains(s.text.String(), `"user":"`+id+`"`) {
				t.Errorf("%s went on before its line was written", id)
			}
		})
	}
	metrics := prometheus.NewRegistry()
	l.Register(metrics)
	eventually(t, "all have come", func() bool { return total(t, metrics, "hush_audit_events_total") == n })
	close(s.held)
	all.Wait()
	if s.writes > 2 {
		t.Errorf("%d writes for lines that came in two parts", s.writes)
	}
}

// TestACommitGivesUp: a sink that hangs holds nobody for longer than a request may take.
func TestACommitGivesUp(t *testing.T) {
	s := &shelf{room: -1, held: make(chan struct{})}
	l, _ := run(t, audit.Config{Sink: s, Policy: audit.Refuse})
	t.Cleanup(func() { close(s.held) })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Commit(ctx, audit.Event{Kind: audit.Grant}); !errors.Is(err, audit.ErrUnwritten) {
		t.Errorf("got %v", err)
	}
}
