package rehearsal

import (
	"flag"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/browsertest"
)

var lasts = flag.Duration("rehearse", 0, "how long apps renew; from 11m on keys are replaced as in production, else at once")

// publish is keys.publish of the nodes, and patient how long APIs may keep the key set.
const (
	publish = 10 * time.Minute
	patient = 5 * time.Minute
)

// TestRehearsal is the evening that the package comment tells of.
func TestRehearsal(t *testing.T) {
	long := *lasts > publish
	s := newStack(t)
	l := &load{s: s, every: 50 * time.Millisecond, stop: make(chan struct{}), kids: map[string]map[string]int{},
		api: api{s: s, keeps: patient, patient: long}}
	began := time.Now()

	b := browsertest.New(t, browsertest.Options{})
	tab, phone := b.Tab(t), b.Tab(t)
	s.addPasskey(phone)
	for _, p := range people {
		from := tab
		if p.passkey {
			from = phone
		}
		a := s.signIn(from, p)
		for range copies {
			l.begin(p, a.Copy(t))
		}
		t.Logf("%v signed in %s", since(began), p.name)
	}
	s.begin(phone) // dora's own browser, beside the scripted ones

	t.Logf("%v %s", since(began), strings.TrimSpace(s.rotate(long)))
	l.renews(1000, "while keys are replaced")

	s.directory.Kill()
	s.upstream.stop(syscall.SIGKILL)
	l.renews(1000, "while the directory and the other provider are away")
	t.Logf("%v both were away", since(began))
	s.directory.Restart()
	s.upstream.start()

	for i := range s.nodes {
		s.restart(i)
	}
	l.renews(1000, "after both nodes were replaced")
	t.Logf("%v both nodes were replaced", since(began))

	for _, alg := range []string{"RS256", "ES256"} {
		s.within(publish+2*patience, "another key for "+alg, func() bool { return l.keysOf(alg) > 1 })
	}
	t.Logf("%v other keys sign", since(began))
	for time.Since(began) < *lasts {
		l.renews(1000, "to the end")
	}
	s.report(l, phone, began)
}

// copies is how many apps of one session renew at once.
const copies = 4

func since(t time.Time) time.Duration { return time.Since(t).Round(time.Second) }

// rotate asks one node for other keys, which sign when their time has come, or as soon
// as both nodes publish them.
func (s *stack) rotate(long bool) string {
	s.t.Helper()
	said := s.nodes[1].operate("keys", "rotate")
	if long {
		return said
	}
	for _, n := range s.nodes {
		s.until(n.name+" publishes the next keys", func() bool { return n.published() == 2*3 })
	}
	return s.nodes[1].operate("keys", "rotate", "--now")
}

// renews waits until as many renewals more were tried.
func (l *load) renews(n int64, what string) {
	l.s.t.Helper()
	goal := l.renewed.Load() + n
	l.s.until(fmt.Sprintf("%d renewals %s", n, what), func() bool { return l.renewed.Load() >= goal || l.s.t.Failed() })
}

// report says what became of all, and fails where a renewal did.
func (s *stack) report(l *load, tab *browsertest.Tab, began time.Time) {
	s.t.Helper()
	inBrowser, failed := s.end(tab)
	failed = append(failed, l.end()...)
	s.t.Logf("%v %d renewals, %d more in Chromium, %d failed; tokens by key %v", since(began), l.renewed.Load(), inBrowser, len(failed), l.kids)
	if inBrowser == 0 {
		s.t.Error("Chromium renewed nothing")
	}
	for _, why := range failed[:min(len(failed), 20)] {
		s.t.Error(why)
	}
}
