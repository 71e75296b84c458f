package backchannel_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/backchannel"
	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/egress"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
)

// TestTell: only apps that took part and want to know are told, each of its own.
func TestTell(t *testing.T) {
	each(t, func(t *testing.T, s *redisstore.Store, _ redistest.Kit) {
		w := newWorld()
		n := newNode(t, s.Deliveries(), w, nil).run(t)
		n.tell(t, "sid-1", "shop", "quiet", "office", "dyn-unknown")
		got := map[string]string{}
		for range 2 {
			c := w.next(t)
			got[c.address] = c.token
			c.status(200)
		}
		if got["https://shop.test/told"] != "shop user-of-sid-1 sid-1" || got["https://office.test/told"] != "office user-of-sid-1 sid-1" {
			t.Errorf("told %q", got)
		}
		empties(t, s.Deliveries())
		n.tell(t, "sid-1", "shop") // again, as after a lost reply
		n.tell(t, "sid-2", "shop")
		c := w.next(t)
		c.status(204)
		if c.token != "shop user-of-sid-2 sid-2" {
			t.Errorf("told %q", c.token)
		}
		empties(t, s.Deliveries())
		w.silence(t)
		if n.counted("shop delivered") != 2 || n.counted("office delivered") != 1 || strings.Contains(n.said(), "user-of") {
			t.Errorf("%v\n%s", n.count, n.said())
		}
	})
}

// TestAnswers: what ends a message and what does not.
func TestAnswers(t *testing.T) {
	each(t, func(t *testing.T, s *redisstore.Store, kit redistest.Kit) {
		for status, want := range map[int]backchannel.Result{
			200: backchannel.Delivered, 204: backchannel.Delivered, 400: backchannel.Refused,
			201: backchannel.Failed, 302: backchannel.Failed, 307: backchannel.Failed, 401: backchannel.Failed, 404: backchannel.Failed,
			405: backchannel.Failed, 500: backchannel.Failed, 501: backchannel.Failed, 503: backchannel.Failed, 0: backchannel.Failed,
		} {
			w := newWorld()
			n := newNode(t, s.Deliveries(), w, nil).run(t)
			sid := fmt.Sprint("sid-", status)
			n.tell(t, sid, "shop")
			c := w.next(t)
			if status == 0 {
				c.answer <- nil
			} else {
				c.status(status)
			}
			await(t, string(want), func() bool { return n.counted("shop "+string(want)) == 1 })
			if want == backchannel.Failed {
				var p []backchannel.Pending
				await(t, "the failure on the queue", func() bool {
					var err error
					p, err = n.Queue.Pending(context.Background(), 10)
					return err == nil && len(p) == 1 && p[0].Failures == 1
				})
				if why := p[0].Error; why != fmt.Sprint("status ", status) && !(status == 0 && strings.Contains(why, "deadline")) {
					t.Errorf("%d: operators read %q", status, why)
				}
				if err := kit.AgeQueue(context.Background(), time.Minute); err != nil {
					t.Fatal(err)
				}
				w.next(t).status(200)
			}
			empties(t, n.Queue)
			n.stop()
		}
	})
}

// TestForbiddenAddress: one that is never called is not looked up for a day.
func TestForbiddenAddress(t *testing.T) {
	each(t, func(t *testing.T, s *redisstore.Store, _ redistest.Kit) {
		n := newNode(t, s.Deliveries(), newWorld(), func(c *backchannel.Config) {
			c.Post = egress.New(egress.Options{})
			c.Find = func(context.Context, string) (*client.Client, error) {
				return app(t, "shop", "https://127.0.0.1:8443/told"), nil
			}
		}).run(t)
		n.tell(t, "sid-1", "shop")
		await(t, "the count", func() bool { return n.counted("shop refused") == 1 })
		empties(t, n.Queue)
		if !strings.Contains(n.said(), "not a public address") {
			t.Errorf("the log holds\n%s", n.said())
		}
	})
}

// TestRefusedSays: the operator reads why an app will not, whatever it wrote.
func TestRefusedSays(t *testing.T) {
	each(t, func(t *testing.T, s *redisstore.Store, _ redistest.Kit) {
		w := newWorld()
		n := newNode(t, s.Deliveries(), w, nil).run(t)
		n.tell(t, "sid-1", "shop")
		c := w.next(t)
		c.answer <- reply(400, `{"error":"invalid_request","error_description":"who\nis \u001b[31mthis`+strings.Repeat("x", 500)+`"}`)
		await(t, "the log", func() bool { return strings.Contains(n.said(), "invalid_request who is [31mthis") })
		if strings.Contains(n.said(), strings.Repeat("x", 250)) || strings.Contains(n.said(), c.token) {
			t.Errorf("the log holds\n%s", n.said())
		}
		empties(t, n.Queue)
	})
}

// TestSlowApp: with 500 messages for an app that does not answer, another is
// called at once, and the user's own request waits for none of them.
func TestSlowApp(t *testing.T) {
	each(t, func(t *testing.T, s *redisstore.Store, _ redistest.Kit) {
		w := newWorld()
		n := newNode(t, s.Deliveries(), w, func(c *backchannel.Config) { c.Workers = 4 }).run(t)
		for i := range 500 {
			n.tell(t, fmt.Sprint("slow-", i), "slow")
		}
		first := w.next(t)
		for i := range 20 {
			n.tell(t, fmt.Sprint("shop-", i), "shop")
			c := w.next(t)
			if c.address != "https://shop.test/told" {
				t.Fatalf("the next call is to %s", c.address)
			}
			c.status(200)
		}
		if first.address != "https://slow.test/told" {
			t.Errorf("the first call was to %s", first.address)
		}
		first.answer <- nil
	})
}

// TestManySlowApps: apps that never answer hold workers, and each is back in the
// line behind who came later.
func TestManySlowApps(t *testing.T) {
	each(t, func(t *testing.T, s *redisstore.Store, _ redistest.Kit) {
		w := newWorld()
		n := newNode(t, s.Deliveries(), w, func(c *backchannel.Config) {
			c.Workers, c.Find, c.Maybe = 2, func(_ context.Context, id string) (*client.Client, error) {
				return app(t, id, "https://"+id+".test/told"), nil
			}, func(string) bool { return true }
		})
		for i := range 50 {
			for _, id := range []string{"slow1", "slow2", "slow3", "slow4"} {
				n.tell(t, fmt.Sprint("sid-", i), id)
			}
		}
		n.tell(t, "sid", "shop")
		n.run(t)
		for i := range 6 { // four slow ones and then it, or the other worker's first
			c := w.next(t)
			c.status(200)
			if c.address == "https://shop.test/told" {
				break
			}
			if i == 5 {
				t.Fatal("the app had no turn")
			}
		}
	})
}

// TestTwoNodes: one dies with messages in its hands, and the other delivers them.
func TestTwoNodes(t *testing.T) {
	each(t, func(t *testing.T, s *redisstore.Store, kit redistest.Kit) {
		w := newWorld()
		dead := newNode(t, s.Deliveries(), w, nil)
		dead.tell(t, "sid-1", "shop", "office")
		batch, err := s.Deliveries().Lease(context.Background(), backchannel.Default, 10)
		if err != nil || len(batch.Leases) != 2 {
			t.Fatalf("%+v, %v", batch, err) // and that is the last that was heard of it
		}
		alive := newNode(t, s.Deliveries(), w, nil).run(t)
		alive.tell(t, "sid-2", "slow")
		if c := w.next(t); c.token != "slow user-of-sid-2 sid-2" {
			t.Fatalf("told %q while another node has it", c.token)
		} else {
			c.status(200)
		}
		await(t, "the end of that", func() bool {
			p, err := s.Deliveries().Pending(context.Background(), 10)
			return err == nil && len(p) == 2
		})
		if err := kit.AgeQueue(context.Background(), backchannel.Default.Lease); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			w.next(t).status(200)
		}
		empties(t, s.Deliveries())
		if alive.counted("shop delivered") != 1 || alive.counted("office delivered") != 1 {
			t.Errorf("%v", alive.count)
		}
	})
}

// TestRestart: what a node has not delivered when it ends waits for the next one,
// and what it has begun it brings to its end.
func TestRestart(t *testing.T) {
	each(t, func(t *testing.T, s *redisstore.Store, _ redistest.Kit) {
		w := newWorld()
		before := newNode(t, s.Deliveries(), w, nil).run(t)
		before.tell(t, "sid-1", "shop")
		begun := w.next(t)
		ended := make(chan struct{})
		go func() { before.stop(); close(ended) }()
		begun.status(200)
		<-ended
		if before.counted("shop delivered") != 1 {
			t.Errorf("%v", before.count)
		}
		before.tell(t, "sid-2", "shop")
		newNode(t, s.Deliveries(), w, nil).run(t)
		c := w.next(t)
		if c.token != "shop user-of-sid-2 sid-2" {
			t.Errorf("told %q", c.token)
		}
		c.status(200)
		empties(t, s.Deliveries())
	})
}

// TestUnreadableApp: while the app cannot be looked up its message waits.
func TestUnreadableApp(t *testing.T) {
	each(t, func(t *testing.T, s *redisstore.Store, kit redistest.Kit) {
		w := newWorld()
		away := errors.New("no store")
		n := newNode(t, s.Deliveries(), w, nil)
		find := n.Find
		n.Find = func(ctx context.Context, id string) (*client.Client, error) {
			if err := away; err != nil {
				away = nil // one worker asks after another
				return nil, err
			}
			return find(ctx, id)
		}
		n.run(t)
		n.tell(t, "sid-1", "shop")
		await(t, "a failure", func() bool { return n.counted("shop failed") == 1 })
		await(t, "it to be told", func() bool {
			if err := kit.AgeQueue(context.Background(), time.Second); err != nil {
				t.Fatal(err)
			}
			return len(w.calls) > 0
		})
		w.next(t).status(200)
		empties(t, s.Deliveries())
	})
}

// TestGivenUp is told to operators.
func TestGivenUp(t *testing.T) {
	each(t, func(t *testing.T, s *redisstore.Store, kit redistest.Kit) {
		n := newNode(t, s.Deliveries(), newWorld(), nil)
		n.tell(t, "sid-1", "shop")
		if err := kit.AgeQueue(context.Background(), backchannel.Default.Keep); err != nil {
			t.Fatal(err)
		}
		n.run(t)
		await(t, "the count", func() bool { return n.counted("shop given_up") == 1 && n.Waiting() == 0 })
		if !strings.Contains(n.said(), "never told") {
			t.Errorf("the log holds\n%s", n.said())
		}
	})
}

// TestQueueAway: a sign-out that could not be noted is not finished, and one for
// which the store has no memory is.
func TestQueueAway(t *testing.T) {
	server := redistest.Server(t, "--maxmemory-policy", "noeviction")
	s := server.OpenHasty()
	n := newNode(t, s.Deliveries(), newWorld(), nil)
	ctx := context.Background()
	if err := s.Client().ConfigSet(ctx, "maxmemory", "1").Err(); err != nil {
		t.Fatal(err)
	}
	n.tell(t, "sid-1", "shop")
	if n.counted("shop unqueued") != 1 || !strings.Contains(n.said(), "no memory") {
		t.Errorf("%v\n%s", n.count, n.said())
	}
	if err := s.Client().ConfigSet(ctx, "maxmemory", "0").Err(); err != nil {
		t.Fatal(err)
	}
	server.Pause()
	if err := n.Tell(ctx, "sid-1", "user", []string{"shop"}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("queue away: %v", err)
	}
	if err := n.Tell(ctx, "sid-1", "user", []string{"quiet"}); err != nil {
		t.Errorf("nobody to tell: %v", err)
	}
	server.Resume()
	await(t, "the store", func() bool { return n.Tell(ctx, "sid-1", "user", []string{"shop"}) == nil })
	if p, err := n.Queue.Pending(ctx, 10); err != nil || len(p) != 1 || p[0].Waiting != 1 {
		t.Errorf("repeated: %+v, %v", p, err)
	}
}
