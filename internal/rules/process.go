package rules

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hush-sso/hush/internal/reexec"
	"github.com/hush-sso/hush/internal/rules/wire"
	_ "github.com/hush-sso/hush/internal/rules/worker" // this binary is the worker too
)

// process is a worker: this binary, started anew with nothing but a set of rules. It
// does one run at a time. What it says is judged here: it may be anything.
type process struct {
	cmd    *exec.Cmd
	in     *wire.Writer
	stdin  io.Closer
	stderr *beginning
	runs   uint32        // how many were started
	began  time.Time     // the last one
	run    atomic.Uint32 // the one that it may speak of now, 0 for none

	ready  chan string     // what Loaded says, once
	frames chan wire.Frame // what it says of the run
	killed chan struct{}   // closed when its end is certain
	gone   chan struct{}   // closed when it has ended and left nothing behind
	once   sync.Once
	why    string // why it was killed, if it was. Read after killed.
}

const (
	startTime  = 5 * time.Second // until the set is compiled; 30 ms is usual
	frameQueue = 8
)

// start starts a worker and waits until it has compiled the set.
func start(setup []byte, argument string) (*process, error) {
	p := &process{
		cmd: reexec.Command(argument), stderr: &beginning{}, ready: make(chan string, 1),
		frames: make(chan wire.Frame, frameQueue), killed: make(chan struct{}), gone: make(chan struct{}),
	}
	p.cmd.Stderr, p.cmd.WaitDelay = p.stderr, time.Second
	stdin, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, errors.Join(err, stdin.Close())
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	p.in, p.stdin = wire.NewWriter(stdin), stdin
	go p.listen(wire.NewReader(stdout, true))
	if err := p.load(setup); err != nil {
		p.kill("")
		<-p.gone
		return nil, err
	}
	return p, nil
}

func (p *process) load(setup []byte) error {
	timer := time.AfterFunc(startTime, func() { p.kill("it did not start in time") })
	defer timer.Stop()
	if err := p.in.Write(wire.Frame{Kind: wire.Load, Payload: setup}); err != nil {
		p.kill("it does not listen")
	}
	select {
	case problem := <-p.ready:
		if problem != "" {
			return errors.New(problem)
		}
		return nil
	case <-p.gone:
		return errors.New(p.death())
	}
}

// listen passes on what the worker may say, and ends it when it says anything else.
func (p *process) listen(from *wire.Reader) {
	loaded := false
	for {
		f, err := from.Next()
		if err == nil && f.Kind == wire.Loaded && !loaded {
			loaded = true
			p.ready <- string(f.Payload)
			continue
		}
		if err == nil {
			err = p.pass(f)
		}
		if err != nil {
			p.reap(err)
			return
		}
	}
}

// pass hands a frame to who waits for this run. An error, and the worker has to go.
func (p *process) pass(f wire.Frame) error {
	if f.Kind == wire.Loaded || f.Run == 0 || f.Run != p.run.Load() {
		return fmt.Errorf("it said something of kind %d that nobody waits for", f.Kind)
	}
	if f.Kind == wire.Done {
		p.run.Store(0)
	}
	select {
	case p.frames <- f:
		return nil
	case <-p.killed:
		return io.EOF
	}
}

// reap ends the process, and leaves nothing of it behind.
func (p *process) reap(err error) {
	if errors.Is(err, io.EOF) {
		p.kill("")
	} else {
		p.kill(err.Error())
	}
	_ = p.cmd.Wait() // death tells
	close(p.gone)
}

// kill ends the process, whatever it does. The first reason counts.
func (p *process) kill(why string) {
	p.once.Do(func() {
		p.why = why
		close(p.killed)
		_ = p.stdin.Close()
		_ = p.cmd.Process.Kill() // it may have ended
	})
}

// begin lets the worker speak of another run. Its number is no guess: what was said
// beforehand does not count.
func (p *process) begin() uint32 {
	p.runs++
	p.began = time.Now()
	number := max(1, rand.Uint32()) //nolint:gosec // of math/rand/v2, whose seed nobody knows
	p.run.Store(number)
	return number
}

// send tells the worker to run.
func (p *process) send(number uint32, input []byte) {
	if err := p.in.Write(wire.Frame{Kind: wire.Run, Run: number, Payload: input}); err != nil {
		p.kill("it does not listen")
	}
}

const (
	maxRuns  = 20_000 // then a process is replaced, whatever it looks like
	lookEach = 64     // runs, after which its memory is looked at
	longRun  = 20 * time.Millisecond
)

// fit reports whether a worker may run once more. Its memory is looked at now and then,
// and after a run that was long.
func (p *process) fit(memory int64) bool {
	if p.runs >= maxRuns {
		return false
	}
	look := p.runs%lookEach == 0 || time.Since(p.began) > longRun
	return !look || resident(p.cmd.Process.Pid) <= memory
}

// alive reports whether a run may be given to it.
func (p *process) alive() bool {
	select {
	case <-p.killed:
		return false
	default:
		return true
	}
}

// death says how the process ended. It waits until it has.
func (p *process) death() string {
	<-p.gone
	if p.why != "" {
		return p.why
	}
	return p.cmd.ProcessState.String() + p.stderr.first()
}
