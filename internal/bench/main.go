package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := command(ctx, os.Args[1:])
	stop()
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errUsage):
		os.Exit(2) // the flag package said why
	default:
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// floorRole is the first argument of the process that is the floor.
const floorRole = "floor"

func command(ctx context.Context, args []string) error {
	if len(args) > 0 && args[0] == floorRole {
		return runFloor(ctx, args[1:])
	}
	if err := leaveServerCore(); err != nil {
		return err
	}
	return run(ctx, args, os.Stdout, os.Stderr)
}

// suite is what can be measured.
type suite struct {
	name string
	tell string
	run  func(context.Context, *bench) (*report, error)
}

// suites are all of them, in this order.
var suites = []suite{
	{"silent", "silent renewals against the floor, by what is signed", silent},
	{"token", "redeeming a code, and a whole renewal by an app in the browser", tokens},
	{"growth", "sessions, apps, apps in a session, connections", growth},
	{"crowd", "two nodes, a Cluster, sign-ins beside, one session at once", crowd},
	{"pressure", "more than the server can do", pressure},
	{"peer", "silent renewals of another provider, which npm installs", peer},
}

// run measures the suites that args name.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	b, err := newBench(ctx, o, stderr)
	if err != nil {
		return err
	}
	defer b.close()
	for _, s := range suites {
		if !o.wants(s.name) {
			continue
		}
		r, err := s.run(ctx, b)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		fmt.Fprintf(stdout, "%s\n", r.markdown())
		if o.write != "" {
			if err := r.write(o.write, o.pictures); err != nil {
				return err
			}
		}
	}
	return nil
}
