package backchannel_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/backchannel"
	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/egress"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
)

// patience is how long a test waits for what must come.
const patience = time.Minute

// call is one POST that an app got and has not answered yet.
type call struct {
	address, token string
	answer         chan *egress.Reply // nil: it does not answer
}

// world is the outside: each call is handed to the test, which answers it.
type world struct{ calls chan call }

func (w *world) Post(ctx context.Context, address string, form url.Values, _ int64) (*egress.Reply, error) {
	c := call{address, form.Get("logout_token"), make(chan *egress.Reply, 1)}
	w.calls <- c
	select {
	case r := <-c.answer:
		if r == nil {
			return nil, context.DeadlineExceeded
		}
		return r, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// next is the next call that an app gets.
func (w *world) next(t *testing.T) call {
	t.Helper()
	select {
	case c := <-w.calls:
		return c
	case <-time.After(patience):
		t.Fatal("no app is called")
		return call{}
	}
}

// silence requires that nobody is called up to the moment at which the queue was
// looked at again.
func (w *world) silence(t *testing.T) {
	t.Helper()
	select {
	case c := <-w.calls:
		t.Fatalf("%s is called", c.address)
	default:
	}
}

func (c call) status(n int) { c.answer <- &egress.Reply{Status: n} }

// words mints tokens that can be read: who is told of whom.
type words struct{}

func (words) LogoutToken(c *client.Client, userID, sid string, now time.Time) (string, error) {
	return c.ID + " " + userID + " " + sid, nil
}

// node is one provider's service, with its apps shop, office and slow.
type node struct {
	*backchannel.Service
	world *world
	log   *bytes.Buffer
	mu    sync.Mutex
	count map[string]int // "<client> <result>"
	stop  func()         // ends Run, and waits for it
}

func app(t *testing.T, id, uri string) *client.Client {
	t.Helper()
	c, err := client.New(client.Spec{ID: id, RedirectURIs: []string{"https://" + id + ".test/cb"}, BackchannelLogoutURI: uri})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func newNode(t *testing.T, q backchannel.Queue, w *world, change func(*backchannel.Config)) *node {
	t.Helper()
	apps := map[string]*client.Client{"quiet": app(t, "quiet", "")}
	for _, id := range []string{"shop", "office", "slow"} {
		apps[id] = app(t, id, "https://"+id+".test/told")
	}
	n := &node{world: w, log: &bytes.Buffer{}, count: map[string]int{}}
	c := backchannel.Config{
		Queue: q, Post: w, Mint: words{},
		Find:  func(_ context.Context, id string) (*client.Client, error) { return apps[id], nil },
		Maybe: func(id string) bool { return apps[id] == nil || apps[id].BackchannelLogoutURI != "" },
		Poll:  5 * time.Millisecond,
		Log:   slog.New(slog.NewTextHandler(n, nil)),
		Count: func(id string, r backchannel.Result) {
			n.mu.Lock()
			defer n.mu.Unlock()
			n.count[id+" "+string(r)]++
		},
	}
	if change != nil {
		change(&c)
	}
	n.Service = backchannel.New(c)
	return n
}

func (n *node) Write(b []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.log.Write(b)
}

func (n *node) said() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.log.String()
}

func (n *node) counted(what string) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.count[what]
}

// run starts the workers, and ends them with the test.
func (n *node) run(t *testing.T) *node {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); n.Run(ctx) }()
	n.stop = func() { cancel(); <-done }
	t.Cleanup(func() { n.stopNow(n.world) })
	return n
}

func (n *node) tell(t *testing.T, sid string, clients ...string) {
	t.Helper()
	if err := n.Tell(context.Background(), sid, "user-of-"+sid, clients); err != nil {
		t.Fatal(err)
	}
}

// empties waits until nothing is left on the queue.
func empties(t *testing.T, q backchannel.Queue) {
	t.Helper()
	await(t, "an empty queue", func() bool {
		p, err := q.Pending(context.Background(), 10)
		return err == nil && len(p) == 0
	})
}

func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !done(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited for %s", what)
		}
	}
}

func newWorld() *world { return &world{calls: make(chan call, 1000)} }

// each runs a test over both stores.
func each(t *testing.T, test func(t *testing.T, s *redisstore.Store, kit redistest.Kit)) {
	redistest.Each(t, test)
}

func reply(status int, body string) *egress.Reply {
	return &egress.Reply{Status: status, Body: []byte(body)}
}

// stopNow ends the workers, whose calls all fail from now on.
func (n *node) stopNow(w *world) {
	done := make(chan struct{})
	go func() { n.stop(); close(done) }()
	for {
		select {
		case c := <-w.calls:
			c.answer <- nil
		case <-done:
			return
		}
	}
}
