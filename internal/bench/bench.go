package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"
)

// bench is one run: its options, and what it started.
type bench struct {
	options
	dir   string // of everything that it writes
	cores []int  // the first is the server's, the second ours; none: nothing is pinned
	parts []*process
	tell  io.Writer // how far it is
}

// target is a server that is measured.
type target struct {
	name    string
	addr    string
	process *process
	cookies []string // the Cookie header of each browser
}

func newBench(ctx context.Context, o *options, tell io.Writer) (*bench, error) {
	dir, err := os.MkdirTemp("", "hush-bench-")
	if err != nil {
		return nil, err
	}
	b := &bench{options: *o, dir: dir, cores: allCores(), tell: tell}
	if b.profile != "" {
		err = os.MkdirAll(b.profile, 0o755)
	}
	if err == nil {
		b.say("building hush")
		err = b.build(ctx)
	}
	if err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

// close ends what runs, the last first.
func (b *bench) close() {
	b.stopSince(0)
	os.RemoveAll(b.dir)
}

// stopSince ends the parts that were started after the first n.
func (b *bench) stopSince(n int) {
	for i := len(b.parts) - 1; i >= n; i-- {
		b.parts[i].stop()
	}
	b.parts = b.parts[:n]
}

// servers and ours are the cores of what is measured and of everything else.
func (b *bench) servers() []int { return b.cores[:min(1, len(b.cores))] }

func (b *bench) ours() []int {
	if len(b.cores) < 2 {
		return nil
	}
	return b.cores[1:2]
}

func (b *bench) say(format string, args ...any) {
	fmt.Fprintf(b.tell, "bench: %s %s\n", time.Now().Format(time.TimeOnly), fmt.Sprintf(format, args...))
}
