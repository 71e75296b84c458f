package rules

import (
	"context"
	"encoding/json"
	"time"

	"github.com/hush-sso/hush/internal/rules/wire"
)

// run is one authentication in a worker.
type run struct {
	bound   *Bound
	process *process
	userID  string
	scope   []string // those that remain are among these
	at      uint32   // index of the rule that ran last
	lines   int
	calls   map[uint32]bool // ids that were used
	result  chan result
}

type result struct {
	verdict Verdict
	err     error
}

// grace is what a worker has beyond its time to say that it is over. One that is busy
// with a single instruction cannot, and is killed.
const grace = 100 * time.Millisecond

// pipe is how many bytes are written without waiting for who reads: at least, on all
// systems, to one that has read all before (pipe(7) has 64 KB).
const pipe = 4 << 10

// do runs the rules and gives the worker back. ctx is never canceled.
func (r *run) do(ctx context.Context, input []byte) {
	v, err := r.judge(ctx, input)
	r.result <- result{v, err}
	r.bound.pool.give(r.process)
	r.bound.engine.turns.give(r.userID)
}

func (r *run) judge(ctx context.Context, input []byte) (Verdict, error) {
	timer := time.NewTimer(r.bound.engine.config.Timeout + grace)
	defer timer.Stop()
	p := r.process
	number := p.begin()
	if len(input) > pipe { // it may not listen
		go p.send(number, input)
	} else {
		p.send(number, input)
	}
	for {
		select {
		case f := <-p.frames:
			if f.Kind == wire.Done {
				return r.done(f.Payload)
			}
			if !r.take(ctx, f) {
				p.kill("it said too much")
				return Verdict{}, r.dead()
			}
		case <-timer.C:
			p.kill("it was not done in time")
			return Verdict{}, &Failure{Rule: r.rule(), Kind: TimedOut}
		case <-p.gone:
			return r.died()
		}
	}
}

// died is what comes of a worker that is gone, unless it had been done before: one that
// had to be ended is not believed.
func (r *run) died() (Verdict, error) {
	for {
		select {
		case f := <-r.process.frames:
			if f.Kind == wire.Done && r.process.why == "" {
				return r.done(f.Payload)
			}
			if f.Kind == wire.Enter {
				r.at = f.ID
			}
		default:
			return Verdict{}, r.dead()
		}
	}
}

// dead tells how a worker ended. Its last words may be a rule's, with what that knows.
func (r *run) dead() *Failure {
	return &Failure{Rule: r.rule(), Kind: Died, Detail: r.bound.secrets.line(r.process.death())}
}

// take does what a worker asks for in the middle. False: no rule asks for such a thing.
func (r *run) take(ctx context.Context, f wire.Frame) bool {
	switch f.Kind {
	case wire.Enter:
		r.at = f.ID
		return true
	case wire.Log:
		return r.print(f.Payload)
	case wire.Call:
		return r.call(ctx, f)
	}
	return false
}

// rule is the file name of the rule that ran last.
func (r *run) rule() string {
	if set := r.bound.set; int(r.at) < len(set.Rules) {
		return set.Rules[r.at].File
	}
	return ""
}

// print logs a line of console.
func (r *run) print(payload []byte) bool {
	var line wire.Line
	if r.lines++; r.lines > wire.MaxLines+1 || json.Unmarshal(payload, &line) != nil {
		return false
	}
	log(r.bound.engine.config.Log, r.rule(), line.Level, r.bound.secrets.line(line.Text))
	return true
}
