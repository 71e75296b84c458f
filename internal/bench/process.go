package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// usage is what a process has used since it began.
type usage struct {
	cpu time.Duration
	rss int // the most memory that was resident at once, in bytes
}

// process is a part that was started.
type process struct {
	name   string
	cmd    *exec.Cmd
	output string // file of what it prints
	done   chan struct{}
}

// start runs a part until close. Where it is kept to cores these are all that it knows.
func (b *bench) start(name string, cores []int, path string, args ...string) (*process, error) {
	p := &process{name: name, output: filepath.Join(b.dir, fmt.Sprintf("%s-%d.log", name, len(b.parts))), done: make(chan struct{})}
	out, err := os.Create(p.output)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	p.cmd = exec.Command(path, args...)
	p.cmd.Stdout, p.cmd.Stderr = out, out
	p.cmd.Env = append(os.Environ(), "HUSH_CPUPROFILE="+b.profile)
	if err := startOn(cores, p.cmd); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	go func() { p.cmd.Wait(); close(p.done) }()
	b.parts = append(b.parts, p)
	return p, nil
}

// stop ends the part and waits for it.
func (p *process) stop() {
	p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(5 * time.Second):
		p.cmd.Process.Kill()
		<-p.done
	}
}

// await asks until the part answers. One that has ended says why in its output.
func (p *process) await(ctx context.Context, answers func() error) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		err := answers()
		if err == nil {
			return nil
		}
		select {
		case <-p.done:
			text, _ := os.ReadFile(p.output)
			return fmt.Errorf("%s has ended: %s", p.name, text[:min(len(text), 2000)])
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("%s does not get ready", p.name), err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// used sums up what parts have used so far; the memory is that of the largest.
func used(parts []*process) (sum usage, err error) {
	for _, p := range parts {
		u, err := usageOf(p.cmd.Process.Pid)
		if err != nil {
			return sum, err
		}
		sum.cpu += u.cpu
		sum.rss = max(sum.rss, u.rss)
	}
	return sum, nil
}

// freeAddr is an address of loopback on which nothing listens.
func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}
