package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"runtime"
	"syscall"
	"text/tabwriter"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errUsage):
		os.Exit(2) // the flag package said why
	default:
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

var (
	errUsage    = errors.New("wrong usage")
	errSurvived = errors.New("a guard can be lost without a test that notices: write the attack as a test, or mend the entry")
)

// run is the command, in the directory that it is started in.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("mutants", flag.ContinueOnError)
	flags.SetOutput(stderr)
	chosen := flags.String("run", "", "try only guards whose name matches this regular expression")
	list := flags.Bool("list", false, "list the guards and what each is against, and try none")
	verbose := flags.Bool("v", false, "show what the tests say")
	workers := flags.Int("p", runtime.GOMAXPROCS(0), "how many to try at once")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return err
	} else if err != nil {
		return errUsage
	}
	name, err := regexp.Compile(*chosen)
	if err != nil {
		return fmt.Errorf("-run: %w", err)
	}
	all, err := load(lists)
	if err != nil {
		return err
	}
	var guards []Guard
	for _, g := range all {
		if name.MatchString(g.Name) {
			guards = append(guards, g)
		}
	}
	if len(guards) == 0 {
		return fmt.Errorf("no guard's name matches %q: see -list", *chosen)
	}
	if *list {
		return printList(stdout, guards)
	}
	r := runner{root: ".", out: stdout, workers: max(1, *workers), verbose: *verbose}
	if good, err := r.run(ctx, guards); err != nil || good {
		return err
	}
	return errSurvived
}

func printList(w io.Writer, guards []Guard) error {
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	for _, g := range guards {
		fmt.Fprintf(table, "%s\t%s\n", g.Name, g.Attack)
	}
	return table.Flush()
}
