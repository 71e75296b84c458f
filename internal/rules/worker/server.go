package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/hush-sso/hush/internal/rules/js"
	"github.com/hush-sso/hush/internal/rules/wire"
)

// server is the one set of a worker, and the one run.
type server struct {
	out     *wire.Writer
	program *js.Program
	setup   wire.Setup
	host    atomic.Pointer[host] // of the run
}

// take does what a frame says. After an error there is nothing more to do.
func (s *server) take(f wire.Frame) error {
	switch {
	case f.Kind == wire.Load && s.program == nil:
		return s.load(f)
	case f.Kind == wire.Run && s.program != nil:
		return s.run(f)
	case f.Kind == wire.Reply:
		if h := s.host.Load(); h != nil && h.run == f.Run {
			return h.reply(f)
		}
		return nil // the run is over
	}
	return fmt.Errorf("worker: a frame of kind %d in the wrong place", f.Kind)
}

func (s *server) load(f wire.Frame) error {
	if err := json.Unmarshal(f.Payload, &s.setup); err != nil {
		return err
	}
	if err := limitMemory(s.setup.Memory); err != nil {
		return err
	}
	var files []js.File
	for _, file := range s.setup.Files {
		files = append(files, js.File{Name: file.Name, Source: file.Source})
	}
	program, err := js.Compile(files)
	if err != nil {
		text := err.Error()
		return s.out.Write(wire.Frame{Kind: wire.Loaded, Payload: []byte(text[:min(len(text), wire.Loaded.Limit(true))])})
	}
	program.Warm()
	s.program, s.setup.Files = program, nil
	return s.out.Write(wire.Frame{Kind: wire.Loaded})
}

// run begins a run. The one before is over: the program sends none before it heard so.
func (s *server) run(f wire.Frame) error {
	var in wire.Input
	if err := json.Unmarshal(f.Payload, &in); err != nil {
		return err
	}
	h := &host{out: s.out, run: f.Run, waiting: map[uint32]func(json.RawMessage, error){}}
	if old := s.host.Swap(h); old != nil && !old.over() {
		return errors.New("worker: two runs at once")
	}
	go s.judge(in, h)
	return nil
}

func (s *server) judge(in wire.Input, h *host) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(in.Millis)*time.Millisecond)
	defer cancel()
	defer watch(s.setup.Memory, s.out)()
	h.done(s.program.Run(ctx, js.Input{
		User: in.User, Context: in.Context, Configuration: s.setup.Configuration, Skip: in.Skip,
	}, h))
	s.program.Warm() // for the next one, while nobody waits
}
