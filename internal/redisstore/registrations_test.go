package redisstore_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"testing"

	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/session"
)

func newID() string { return "dyn-" + rand.Text() }

func (b bench) registered(id, want string) {
	b.t.Helper()
	got, err := b.Registration(ctx, id)
	if err != nil || got != want {
		b.t.Errorf("registration is %q (%v), want %q", got, err, want)
	}
}

func (b bench) save(id, was, sealed string, picture []byte) bool {
	b.t.Helper()
	ok, err := b.SaveRegistration(ctx, id, was, sealed, picture)
	b.ok(err)
	return ok
}

func testRegistrations(t *testing.T, b bench) {
	id := newID()
	b.registered(id, "")
	for range 2 {
		if !b.save(id, "", "one", []byte("picture")) {
			t.Error("sent twice it is refused")
		}
	}
	if b.save(id, "", "other", nil) || b.save(id, "stale", "other", nil) {
		t.Error("another registration took its place")
	}
	b.registered(id, "one")
	if !b.save(id, "one", "two", nil) {
		t.Error("the change is refused")
	}
	if got, err := b.RegisteredPicture(ctx, id); err != nil || !bytes.Equal(got, []byte("picture")) {
		t.Errorf("the picture is %q (%v)", got, err)
	}
	b.save(id, "two", "three", []byte{})
	if got, err := b.RegisteredPicture(ctx, id); err != nil || got != nil {
		t.Errorf("the picture is still there: %q (%v)", got, err)
	}
	b.save(id, "three", "four", []byte("picture"))
	b.ok(b.DeleteRegistration(ctx, id))
	b.ok(b.DeleteRegistration(ctx, id))
	b.registered(id, "")
	if got, _ := b.RegisteredPicture(ctx, id); got != nil {
		t.Error("the picture outlives its app")
	}
	if b.save(id, "four", "five", nil) {
		t.Error("a change brought a deleted app back")
	}
	if _, err := b.SaveRegistration(ctx, id, "", "", nil); err == nil {
		t.Error("an empty registration is saved")
	}
}

// testRegistrationLife: use keeps an app, by one write a day at most.
func testRegistrationLife(t *testing.T, b bench) {
	const life, day = 400 * 24 * time.Hour, 24 * time.Hour
	id := newID()
	b.save(id, "", "one", []byte("picture"))
	keys := []string{"hush:{c:" + id + "}:client", "hush:{c:" + id + "}:logo"}
	for _, c := range []struct{ left, want time.Duration }{{life - day/2, life - day/2}, {life - day - time.Hour, life}, {time.Minute, life}} {
		for _, key := range keys {
			b.ok(b.Client().PExpire(ctx, key, c.left).Err())
		}
		b.registered(id, "one")
		for _, key := range keys {
			ttl, err := b.Client().PTTL(ctx, key).Result()
			if err != nil || ttl > c.want || ttl < c.want-time.Minute {
				t.Errorf("%s lives for %v (%v), want %v", key, ttl, err, c.want)
			}
		}
	}
}

// testRegistrationAndSession: both in one trip, wherever they live, and each
// with its own answer.
func testRegistrationAndSessions(t *testing.T, b bench) {
	id, h := newID(), b.active()
	b.save(id, "", "one", nil)
	_, err := b.Participate(ctx, h.Key, id, openid)
	b.ok(err)
	q := session.Query{Handle: h, ClientID: id, Activity: true}
	for _, flush := range []bool{true, false} {
		if flush {
			b.ok(b.Client().ScriptFlush(ctx).Err())
		}
		n := redistest.Trips(b.Store, func() {
			sealed, all, err := b.RegistrationAndSessions(ctx, id, []session.Query{q})
			if seen := all[0]; err != nil || sealed != "one" || seen.Err != nil || !seen.Session.Granted.Covers(openid) || seen.Now.IsZero() {
				t.Errorf("%q, %+v, %v", sealed, all, err)
			}
		})
		if !flush && n != 1 {
			t.Errorf("%d trips", n)
		}
	}
	sealed, all, err := b.RegistrationAndSessions(ctx, newID(), []session.Query{q})
	if err != nil || sealed != "" || all[0].Err != nil {
		t.Errorf("no app: %q, %v, %v", sealed, all, err)
	}
	q.Handle = newHandle()
	sealed, all, err = b.RegistrationAndSessions(ctx, id, []session.Query{q})
	if err != nil || sealed != "one" || !errors.Is(all[0].Err, session.Gone) {
		t.Errorf("no session: %q, %v, %v", sealed, all, err)
	}
}

// testRegistrationRace: of many changes of one state one wins, and none brings
// back what was deleted meanwhile.
func testRegistrationRace(t *testing.T, b bench) {
	id := newID()
	b.save(id, "", "start", nil)
	var won atomic.Int32
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			ok, err := b.SaveRegistration(ctx, id, "start", fmt.Sprint("change ", i), []byte("picture"))
			if err != nil {
				t.Error(err)
			}
			if ok {
				won.Add(1)
			}
		}()
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Errorf("%d changes won", won.Load())
	}
	held, err := b.Registration(ctx, id)
	b.ok(err)
	for i := range 20 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if i == 10 {
				if err := b.DeleteRegistration(ctx, id); err != nil {
					t.Error(err)
				}
				return
			}
			if _, err := b.SaveRegistration(ctx, id, held, fmt.Sprint("late ", i), []byte("picture")); err != nil {
				t.Error(err)
			}
		}()
	}
	wg.Wait()
	b.registered(id, "")
}
