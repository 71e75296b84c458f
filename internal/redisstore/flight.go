package redisstore

import (
	"context"
	"runtime"
	"time"

	"github.com/redis/go-redis/v9"
)

// A flight of a combiner makes one trip after the other, for as long as somebody waits.

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
