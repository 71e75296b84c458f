package hashing

import (
	"cmp"
	"encoding/gob"
	"io"
	"os/exec"
	"sync"
	"time"

	"github.com/hush-sso/hush/internal/reexec"
)

// Pool has a worker for each hash that is computed at the same time. They are started
// when they are needed, and end when they were not for a while. The zero value is ready.
type Pool struct {
	mu     sync.Mutex
	idle   []*process
	closed bool
	limit  time.Duration // of one hash; 0: hung
}

// idleTime is how long a worker waits for the next hash. Starting one takes about as
// long as a hash.
const idleTime = time.Minute

// hung is how long a worker may take: it is stopped, or starved, where who signs in has
// long given up. It must not keep their slot for ever.
const hung = 20 * time.Second

// Compute returns the hash. A worker that cannot be had is no reason to refuse anybody:
// then it is computed here.
func (p *Pool) Compute(w Work) []byte {
	worker := p.take()
	if worker == nil {
		return w.Compute()
	}
	limit := time.AfterFunc(cmp.Or(p.limit, hung), func() { _ = worker.cmd.Process.Kill() })
	sum, err := worker.compute(&w)
	limit.Stop()
	if err != nil {
		worker.end()
		return w.Compute()
	}
	p.put(worker)
	return sum
}

// Close ends the workers that have nothing to do, and the others when they are done.
func (p *Pool) Close() {
	p.mu.Lock()
	idle := p.idle
	p.idle, p.closed = nil, true
	p.mu.Unlock()
	for _, w := range idle {
		w.end()
	}
}

// take returns the worker that computed last, or a new one; nil where none starts.
func (p *Pool) take() *process {
	p.mu.Lock()
	n := len(p.idle)
	if n == 0 {
		p.mu.Unlock()
		w, err := start()
		if err != nil {
			return nil
		}
		return w
	}
	defer p.mu.Unlock()
	w := p.idle[n-1]
	p.idle = p.idle[:n-1]
	w.timer.Stop()
	return w
}

func (p *Pool) put(w *process) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		w.end()
		return
	}
	p.idle = append(p.idle, w)
	w.timer = time.AfterFunc(idleTime, func() { p.retire(w) })
}

// retire ends a worker, if it is still idle.
func (p *Pool) retire(w *process) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, other := range p.idle {
		if other == w {
			p.idle = append(p.idle[:i], p.idle[i+1:]...)
			w.end()
			return
		}
	}
}

// process is a worker. It computes one hash at a time.
type process struct {
	cmd   *exec.Cmd
	stdin io.Closer
	to    *gob.Encoder
	from  *gob.Decoder
	timer *time.Timer   // until it ends for want of work
	gone  chan struct{} // closed when it has ended
}

func start() (*process, error) {
	cmd := reexec.Command(argument)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &process{cmd: cmd, stdin: stdin, to: gob.NewEncoder(stdin), from: gob.NewDecoder(stdout), gone: make(chan struct{})}, nil
}

func (p *process) compute(w *Work) (sum []byte, err error) {
	if err := p.to.Encode(w); err != nil {
		return nil, err
	}
	if err := p.from.Decode(&sum); err != nil {
		return nil, err
	}
	if len(sum) != int(w.Length) {
		return nil, io.ErrUnexpectedEOF
	}
	return sum, nil
}

// end ends it without waiting for that.
func (p *process) end() {
	_ = p.stdin.Close()
	_ = p.cmd.Process.Kill()
	go func() {
		_ = p.cmd.Wait() // it was killed
		close(p.gone)
	}()
}
