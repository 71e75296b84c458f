package rules_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/rules"
)

// TestNoRules costs nothing and starts nothing.
func TestNoRules(t *testing.T) {
	t.Parallel()
	e, _ := engine(t, rules.Config{})
	for _, b := range []*rules.Bound{e.With(nil), e.With(&rules.Set{}), nil} {
		if v, err := b.Judge(t.Context(), alice()); err != nil || v.Rule != "" || b.Version() != "" || b.Reads("user") {
			t.Errorf("%v, %v, %q", v, err, b.Version())
		}
	}
	if n := len(rules.Processes(e)); n > 0 {
		t.Errorf("%d processes", n)
	}
}

// TestSkip: what may be skipped is, silently and after this very version passed.
func TestSkip(t *testing.T) {
	t.Parallel()
	e, _ := engine(t, rules.Config{Workers: 1})
	s := rules.Versioned(set(addRoles, rule(`throw new UnauthorizedError('no');`)), "v1")
	s.SkipSilent = map[string]bool{"2.js": true}
	b := e.With(s)
	for _, c := range []struct {
		silent  bool
		passed  string
		skipped bool
	}{
		{false, "", false}, {true, "", false}, {true, "v0", false}, {false, "v1", false}, {true, "v1", true},
	} {
		in := alice()
		in.Silent, in.Passed = c.silent, c.passed
		v := pass(t, b, in)
		if skipped := v.Denied == nil; skipped != c.skipped || skipped != (len(v.IDToken) == 1) {
			t.Errorf("silent %v, passed %q: %+v", c.silent, c.passed, v)
		}
	}
	unversioned := set(rule(`throw new UnauthorizedError('no');`))
	unversioned.SkipSilent = map[string]bool{"1.js": true}
	in := alice()
	in.Silent = true
	if v := pass(t, e.With(unversioned), in); v.Denied == nil {
		t.Error("a set without a version was skipped")
	}
}

// TestSkipAll asks no worker.
func TestSkipAll(t *testing.T) {
	t.Parallel()
	e, _ := engine(t, rules.Config{Workers: 1})
	s := rules.Versioned(set(`no rule`), "v1") // no worker can be made of it
	s.SkipSilent = map[string]bool{"1.js": true}
	in := alice()
	in.Silent, in.Passed = true, "v1"
	if v := pass(t, e.With(s), in); v.Rule != "" {
		t.Errorf("%+v", v)
	}
}

// asks is a rule that waits for something outside, for one user.
var asks = when(`auth0.users.updateAppMetadata(user.user_id, {seen: 1}).then(() => callback(null, user, context)); return;`)

// TestDead: a worker that somebody killed while it had nothing to do, or in the middle.
func TestDead(t *testing.T) {
	t.Parallel()
	users := slow()
	e, _ := engine(t, rules.Config{Workers: 1, Timeout: 20 * time.Second, Users: users})
	b := e.With(set(asks))
	pass(t, b, alice())
	idle := rules.Processes(e)[0]
	if err := rules.Kill(idle); err != nil {
		t.Fatal(err)
	}
	<-rules.Gone(idle)
	pass(t, b, alice())
	busy := rules.Processes(e)[0]
	go func() {
		<-users.came // it waits for the answer now
		_ = rules.Kill(busy)
	}()
	defer close(users.wait)
	if f := failure(t, b, mallory()); f.Kind != rules.Died {
		t.Errorf("failed with %v", f)
	}
	pass(t, b, alice())
}

// TestCanceled: who goes away neither waits nor ends a worker.
func TestCanceled(t *testing.T) {
	t.Parallel()
	users := slow()
	e, _ := engine(t, rules.Config{Workers: 1, Timeout: 20 * time.Second, Users: users})
	b := e.With(set(asks))
	pass(t, b, alice())
	worker := rules.Processes(e)[0]
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-users.came
		cancel()
	}()
	if _, err := b.Judge(ctx, mallory()); !errors.Is(err, context.Canceled) {
		t.Errorf("Judge = %v", err)
	}
	close(users.wait)
	pass(t, b, alice())
	if now := rules.Processes(e); len(now) != 1 || now[0] != worker {
		t.Error("the worker is another one")
	}
	if users.of("mallory app_metadata") == nil {
		t.Error("the run did not go on")
	}
}

// TestOverload: who finds no worker in time is refused, and who does has it all.
func TestOverload(t *testing.T) {
	t.Parallel()
	users := slow()
	e, _ := engine(t, rules.Config{Workers: 1, Timeout: 20 * time.Second, Users: users})
	b := e.With(set(asks))
	pass(t, b, alice())
	var first sync.WaitGroup
	first.Go(func() { pass(t, b, mallory()) })
	<-users.came
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := b.Judge(ctx, alice())
	var f *rules.Failure
	if !errors.As(err, &f) || f.Kind != rules.Overload {
		t.Errorf("Judge = %v", err)
	}
	close(users.wait)
	first.Wait()
	pass(t, b, alice())
}

// TestTurns: a user whose rules are slow holds some workers, and others still get one.
func TestTurns(t *testing.T) {
	t.Parallel()
	users := slow()
	e, _ := engine(t, rules.Config{Workers: 2, Timeout: 20 * time.Second, Users: users})
	b := e.With(set(asks))
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() { pass(t, b, mallory()) })
	}
	<-users.came
	until(t, "both are there", func() bool { return rules.Turns(e, "mallory") == 2 })
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := b.Judge(ctx, alice()); err != nil {
		t.Errorf("the other user: %v", err)
	}
	close(users.wait)
	both.Wait()
	until(t, "turns are given back", func() bool { return rules.Turns(e, "mallory") == 0 })
}

// TestReload: what runs is finished, by the set that it began with; idle workers of the
// old set stay until the new one judges, and not longer.
func TestReload(t *testing.T) {
	t.Parallel()
	users := slow()
	e, _ := engine(t, rules.Config{Workers: 2, Timeout: 20 * time.Second, Users: users})
	old := e.With(rules.Versioned(set(asks, addRoles), "v1"))
	pass(t, old, alice())
	verdict := make(chan rules.Verdict)
	go func() {
		v, _ := old.Judge(context.Background(), mallory())
		verdict <- v
	}()
	<-users.came
	until(t, "the second one is started", func() bool { return rules.Idle(old) > 0 })
	if same := e.With(rules.Versioned(set(asks, addRoles), "v1")); rules.Started(same) != rules.Started(old) {
		t.Error("the same set was started again")
	}
	next := e.With(rules.Versioned(set(rule(`context.idToken.next = true; callback(null, user, context);`)), "v2"))
	if rules.Idle(old) == 0 {
		t.Error("a set that may never judge ended the workers of the one that does")
	}
	if v := pass(t, next, alice()); v.IDToken["next"] != true {
		t.Errorf("the new set says %+v", v)
	}
	close(users.wait)
	if v := <-verdict; len(v.IDToken) != 1 || v.IDToken["next"] != nil {
		t.Errorf("the old set says %+v", v)
	}
	if v := pass(t, old, alice()); len(v.IDToken) != 1 { // a request that began before
		t.Errorf("the old set says later %+v", v)
	}
	if rules.Idle(old) != 0 {
		t.Error("workers of the old set stay")
	}
}

// TestReloadBack: a set that was loaded and taken back before it judged leaves nothing.
func TestReloadBack(t *testing.T) {
	t.Parallel()
	e, _ := engine(t, rules.Config{Workers: 1, Timeout: 20 * time.Second})
	first := rules.Versioned(set(addRoles), "v1")
	pass(t, e.With(first), alice())
	next := e.With(rules.Versioned(set(addRoles, addRoles), "v2"))
	until(t, "it is started", func() bool { return rules.Idle(next) > 0 })
	back := e.With(first)
	pass(t, back, alice())
	if rules.Idle(next) != 0 || rules.Idle(back) != 1 {
		t.Errorf("%d workers of the set that never judged, and %d of the other", rules.Idle(next), rules.Idle(back))
	}
}

// TestReloadUnderLoad: each is judged by one whole set.
func TestReloadUnderLoad(t *testing.T) {
	t.Parallel()
	e, _ := engine(t, rules.Config{Workers: 2, Timeout: 20 * time.Second})
	both := func(n int) *rules.Bound {
		one := rule(fmt.Sprintf(`context.idToken.a = %d; callback(null, user, context);`, n))
		two := rule(fmt.Sprintf(`context.idToken.b = %d; callback(null, user, context);`, n))
		return e.With(rules.Versioned(set(one, two), fmt.Sprint(n)))
	}
	var now atomic.Pointer[rules.Bound]
	now.Store(both(0))
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 50 {
				v, err := now.Load().Judge(context.Background(), alice())
				if err != nil || v.IDToken["a"] == nil || v.IDToken["a"] != v.IDToken["b"] {
					t.Errorf("%+v, %v", v, err)
				}
			}
		})
	}
	for n := range 5 {
		pass(t, now.Load(), alice())
		now.Store(both(n + 1))
	}
	all.Wait()
}

// TestClose leaves no process behind, not even one that is busy.
func TestClose(t *testing.T) {
	t.Parallel()
	users := slow()
	e, _ := engine(t, rules.Config{Workers: 2, Timeout: 20 * time.Second, Users: users})
	b := e.With(set(asks))
	failed := make(chan error)
	go func() {
		_, err := b.Judge(context.Background(), mallory())
		failed <- err
	}()
	<-users.came
	ps := rules.Processes(e)
	e.Close()
	for _, p := range ps {
		<-rules.Gone(p)
	}
	close(users.wait)
	var f *rules.Failure
	if err := <-failed; !errors.As(err, &f) || f.Kind != rules.Died {
		t.Errorf("what ran came to %v", err)
	}
	if f := failure(t, b, alice()); f.Kind != rules.Died {
		t.Errorf("afterwards: %v", f)
	}
}
