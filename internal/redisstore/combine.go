package redisstore

import (
	"context"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// usualFlights is how many trips to one node are under way at once: while they
	// are, who comes waits for the next.
	usualFlights = 1

	// mostFlights is how many where trips are slow.
	mostFlights = 16

	// patience is how long those that wait let trips take before one more begins: a
	// connection that hangs holds up only those that it carries.
	patience = 10 * time.Millisecond

	// mostTogether bounds a pipeline, which Redis runs to its end before it serves
	// another connection.
	mostTogether = 32
)

// combiner lets concurrent callers share trips: who finds none under way makes its
// own at once, and those that come meanwhile go together in the next. Each has the
// deadline of its own context and the error of its own command. It is for scripts
// that may be sent twice: after a lost connection the client repeats a pipeline.
type combiner struct {
	client   redis.UniversalClient
	patience time.Duration
	mu       sync.Mutex
	queues   map[string]*queue // by node; only those in use
}

// queue is what goes to one node.
type queue struct {
	node    string
	flights int // under way
	limit   int // of them: usualFlights, and one more for each that is slow
	waiting []*errand
	hurry   *time.Timer // runs while somebody waits, anew from each trip that begins
}

// errand is one run of a script by one caller.
type errand struct {
	call
	ctx    context.Context
	script *redis.Script
	reply  *redis.Cmd
	done   chan struct{} // closed when reply is complete
}

func newCombiner(client redis.UniversalClient) *combiner {
	return &combiner{client: client, patience: patience, queues: map[string]*queue{}}
}

// run runs a script, alone or with others. It returns by the deadline of ctx.
func (c *combiner) run(ctx context.Context, sc *redis.Script, keys []string, args []any) ([]any, error) {
	node, err := c.nodeOf(ctx, keys[0])
	if err != nil {
		return nil, err
	}
	e := &errand{call: call{keys, args}, ctx: ctx, script: sc}
	q := c.join(node, e)
	if q != nil {
		defer c.land(q, time.Now())
		return sc.Run(ctx, c.client, keys, args...).Slice()
	}
	select {
	case <-e.done:
		return e.reply.Slice()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// nodeOf names the node of a key: in a Cluster one that is slow is not to hold up
// what the others are asked.
func (c *combiner) nodeOf(ctx context.Context, key string) (string, error) {
	cluster, ok := c.client.(*redis.ClusterClient)
	if !ok {
		return "", nil
	}
	node, err := cluster.MasterForKey(ctx, key)
	if err != nil {
		return "", err
	}
	return node.Options().Addr, nil
}

// join makes the caller wait, or returns the queue where a trip of its own is the
// next thing to do: the caller then ends it by land.
func (c *combiner) join(node string, e *errand) *queue {
	c.mu.Lock()
	defer c.mu.Unlock()
	q := c.queues[node]
	if q == nil {
		q = &queue{node: node, limit: usualFlights}
		c.queues[node] = q
	}
	if q.flights < q.limit {
		q.flights++
		return q
	}
	e.done = make(chan struct{})
	if q.waiting = append(q.waiting, e); len(q.waiting) == 1 {
		c.arm(q)
	}
	return nil
}
