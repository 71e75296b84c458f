package redisstore_test

import (
	"maps"
	"testing"
	"time"
)

// testMarks: a mark is ahead of the store's clock by the lead, moves on each time
// it is set, and goes in the end.
func testMarks(t *testing.T, b bench) {
	app := newHandle().Key.String() // of this test's own: marks stay
	const lead = 3 * time.Second
	first, now, err := b.SetMark(ctx, app, lead)
	b.ok(err)
	if ahead := time.Unix(first, 0).Sub(now); ahead > lead || ahead <= lead-time.Second {
		t.Errorf("the mark is %v ahead", ahead)
	}
	second, _, err := b.SetMark(ctx, app, 0)
	b.ok(err)
	if second <= first {
		t.Errorf("set again the mark moved from %d to %d", first, second)
	}
	everyone, _, err := b.SetMark(ctx, "", lead)
	b.ok(err)
	marks, now, err := b.Marks(ctx)
	b.ok(err)
	if !maps.Equal(map[string]int64{app: marks[app], "": marks[""]}, map[string]int64{app: second, "": everyone}) || time.Since(now).Abs() > time.Minute {
		t.Errorf("the marks are %v at %v", marks, now)
	}
	if ttl := b.Client().PTTL(ctx, "hush:{marks}").Val(); ttl < 3649*24*time.Hour || ttl > 3650*24*time.Hour {
		t.Errorf("they live %v", ttl)
	}
	b.ok(b.Client().HSet(ctx, "hush:{marks}", app, "never").Err())
	if _, _, err := b.Marks(ctx); err == nil || isAbsence(err) {
		t.Errorf("a mark that is no number: %v", err)
	}
	b.ok(b.Client().HDel(ctx, "hush:{marks}", app, "").Err())
}
