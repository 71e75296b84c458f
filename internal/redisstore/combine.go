package redisstore

import (
	"context"
	"runtime"
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

func (c *combiner) arm(q *queue) {
	if q.hurry == nil {
		q.hurry = time.AfterFunc(c.patience, func() { c.another(q) })
		return
	}
	q.hurry.Reset(c.patience)
}

// another begins one more trip, for no other began in all the time that somebody
// waited.
func (c *combiner) another(q *queue) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(q.waiting) == 0 {
		return
	}
	c.arm(q)
	if q.flights >= q.limit {
		q.limit = q.flights + 1
	}
	if q.limit > mostFlights {
		q.limit = mostFlights
		return
	}
	q.flights++
	go c.fly(q)
}

// land ends the trip that a caller made itself. Those that came meanwhile are
// looked after by somebody else: the caller has its answer.
func (c *combiner) land(q *queue, began time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.landed(q, began) && len(q.waiting) > 0 {
		go c.fly(q)
		return
	}
	c.leave(q)
}

// landed tells whether the flight may make another trip. It needs the lock, as leave.
func (c *combiner) landed(q *queue, began time.Time) bool {
	if time.Since(began) >= c.patience {
		q.limit = max(q.limit-1, usualFlights)
	}
	return q.flights <= q.limit
}

func (c *combiner) leave(q *queue) {
	if q.flights--; q.flights == 0 && len(q.waiting) == 0 {
		delete(c.queues, q.node)
	}
}

// fly makes trips while somebody waits. Before each it lets those run that can: they
// are about to ask too, or have just been answered and ask again.
func (c *combiner) fly(q *queue) {
	began := time.Now()
	for {
		runtime.Gosched()
		batch := c.board(q, began)
		if batch == nil {
			return
		}
		began = time.Now()
		c.send(batch)
	}
}

// board takes those that wait and still want an answer. With nil the flight is over.
func (c *combiner) board(q *queue, began time.Time) []*errand {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.landed(q, began) {
		c.leave(q)
		return nil
	}
	batch := q.next()
	switch {
	case len(q.waiting) > 0:
		c.arm(q)
	case q.hurry != nil:
		q.hurry.Stop()
	}
	if batch == nil {
		c.leave(q)
	}
	return batch
}

// next takes from the head of the queue those that still want an answer, as many as
// go together.
func (q *queue) next() (batch []*errand) {
	n := 0
	for ; n < len(q.waiting) && len(batch) < mostTogether; n++ {
		if e := q.waiting[n]; e.ctx.Err() == nil {
			batch = append(batch, e)
		}
	}
	clear(q.waiting[:n])
	if q.waiting = q.waiting[n:]; len(q.waiting) == 0 {
		q.waiting = nil
	}
	return batch
}

// send runs the scripts in one trip. A node that does not know a script is taught it
// by the first that needs it, and if it forgot it again, by all.
func (c *combiner) send(batch []*errand) {
	ctx, cancel := context.WithDeadline(context.Background(), latestOf(batch))
	defer cancel()
	c.pipe(ctx, batch, func(*errand) bool { return false })
	taught := map[*redis.Script]bool{}
	if lost := unknown(batch); len(lost) > 0 {
		c.pipe(ctx, lost, func(e *errand) bool { first := !taught[e.script]; taught[e.script] = true; return first })
	}
	if lost := unknown(batch); len(lost) > 0 {
		c.pipe(ctx, lost, func(*errand) bool { return true })
	}
	for _, e := range batch {
		close(e.done)
	}
}

// pipe makes one trip.
func (c *combiner) pipe(ctx context.Context, batch []*errand, asText func(*errand) bool) {
	pipe := c.client.Pipeline()
	for _, e := range batch {
		if asText(e) {
			e.reply = e.script.Eval(ctx, pipe, e.keys, e.args...)
		} else {
			e.reply = e.script.EvalSha(ctx, pipe, e.keys, e.args...)
		}
	}
	_, _ = pipe.Exec(ctx) // each has its own error
}

func unknown(batch []*errand) (lost []*errand) {
	for _, e := range batch {
		if redis.HasErrorPrefix(e.reply.Err(), "NOSCRIPT") {
			lost = append(lost, e)
		}
	}
	return lost
}

// latestOf is when the last of the callers gives up; each of them has a deadline.
func latestOf(batch []*errand) (latest time.Time) {
	for _, e := range batch {
		if end, ok := e.ctx.Deadline(); ok && end.After(latest) {
			latest = end
		}
	}
	return latest
}
