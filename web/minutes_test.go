package web

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hush-sso/hush/internal/minutes"
)

// TestSilentMinutes: answers to prompt=none are counted by their reason, those to others
// and those that the browser asks again are not; without a page nothing is kept.
func TestSilentMinutes(t *testing.T) {
	m := NewMetrics(prometheus.NewRegistry())
	m.Silent, m.SilentOf = minutes.NewDay(), minutes.NewDays()
	without := NewMetrics(prometheus.NewRegistry())
	before := time.Now()
	for _, n := range []record{
		{result: "ok", silent: true}, {result: "ok", silent: true}, {result: "ok"}, {result: "login_required", reason: "no_session", silent: true},
		{result: "retried", reason: "cookie_not_sent", silent: true}, {result: "left", silent: true}, {result: "invalid_scope", silent: true}, {result: "asked", reason: "login"},
	} {
		m.observe(&n, "shop", time.Millisecond)
		without.observe(&n, "shop", time.Millisecond)
	}
	got := m.Silent.Counts(before, 2, 1) // the minute may turn meanwhile
	for kind, want := range map[string]uint64{"ok": 2, "no_session": 1, "left": 1, "invalid_scope": 1} {
		if len(got[kind]) != 1 || got[kind][0] != want {
			t.Errorf("%s: %v, want %d", kind, got[kind], want)
		}
	}
	if len(got) != 4 {
		t.Errorf("%v", got)
	}
	m.observe(&record{result: "ok", silent: true}, "desk", time.Millisecond)
	for app, want := range map[string]uint64{"shop": 2, "desk": 1} {
		if got := m.SilentOf.Counts(app, before, 2*minutes.Quarter, 1)["ok"]; len(got) != 1 || got[0] != want {
			t.Errorf("%s: %v, want %d", app, got, want)
		}
	}
}
