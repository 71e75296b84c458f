package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// verdict is what became of a guard that was taken out.
type verdict string

// The verdicts. Only the first is good.
const (
	killed   verdict = "killed"
	survived verdict = "SURVIVED" // the tests pass without the guard
	unfit    verdict = "UNFIT"    // nothing can be said: the entry does not fit the sources
)

// runner tries guards and reports.
type runner struct {
	root    string
	out     io.Writer
	workers int
	verbose bool // also show what the tests said that noticed

	mu    sync.Mutex
	done  int
	count map[verdict]int
}

// run tries the guards and tells whether all were noticed. Its error means that
// this could not be found out.
func (r *runner) run(ctx context.Context, guards []Guard) (bool, error) {
	start := time.Now()
	r.count = make(map[verdict]int)
	fit, err := r.baseline(ctx, r.fitting(guards), len(guards))
	if err != nil {
		return false, err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(r.workers)
	for _, g := range fit {
		group.Go(func() error { return r.try(ctx, g, len(guards)) })
	}
	if err := group.Wait(); err != nil {
		return false, err
	}
	fmt.Fprintf(r.out, "%d guards in %s: %d killed, %d survived, %d unfit\n", len(guards),
		time.Since(start).Round(time.Second), r.count[killed], r.count[survived], r.count[unfit])
	return r.count[killed] == len(guards), nil
}

// fitting keeps the guards that fit the sources and reports the others.
func (r *runner) fitting(guards []Guard) []*Guard {
	var fit []*Guard
	s := &sources{root: r.root, tests: make(map[string]map[string]bool)}
	for i := range guards {
		if err := s.check(&guards[i]); err != nil {
			r.report(&guards[i], len(guards), unfit, err.Error(), "")
			continue
		}
		fit = append(fit, &guards[i])
	}
	return fit
}

// baseline keeps the guards whose tests all pass while everything is in place:
// one that fails anyway, or does not run, notices nothing.
func (r *runner) baseline(ctx context.Context, guards []*Guard, of int) ([]*Guard, error) {
	tests := make(map[string][]string) // by package
	for _, g := range guards {
		tests[g.Package] = append(tests[g.Package], g.Tests...)
	}
	results := make(map[string]result)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(r.workers)
	for pkg, names := range tests {
		group.Go(func() error {
			got, err := goTest(ctx, r.root, pkg, names, nil)
			r.mu.Lock()
			defer r.mu.Unlock()
			results[pkg] = got
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(guards, func(g *Guard) bool {
		got := results[g.Package]
		missing := slices.IndexFunc(g.Tests, func(name string) bool { return !got.passed[name] })
		if missing < 0 {
			return false
		}
		r.report(g, of, unfit, g.Tests[missing]+" does not pass with all guards in place", got.of(g.Tests[missing]))
		return true
	}), nil
}

// try takes one guard out.
func (r *runner) try(ctx context.Context, g *Guard, of int) error {
	overlay, err := mutate(r.root, g.Edits)
	if err != nil {
		return err
	}
	start := time.Now()
	got, err := goTest(ctx, r.root, g.Package, g.Tests, overlay)
	if err != nil {
		return fmt.Errorf("guard %s: %w", g.Name, err)
	}
	v, note := got.judge()
	r.report(g, of, v, fmt.Sprintf("%s (%.1fs)", note, time.Since(start).Seconds()), got.output)
	return nil
}

// judge says what a run without the guard means. A test must say that something
// is wrong: a compiler, a panic or a hang would notice any change.
func (r *result) judge() (verdict, string) {
	switch {
	case !r.built:
		return unfit, "does not compile without it"
	case r.torn:
		return unfit, "the tests end in a panic, a timeout or an exit without it: none says what is wrong"
	case len(r.failed) > 0:
		return killed, "by " + r.failed[0]
	case len(r.passed) == 0:
		return unfit, "no test ran"
	}
	return survived, "every test passes without it"
}

func (r *runner) report(g *Guard, of int, v verdict, note, output string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done++
	r.count[v]++
	fmt.Fprintf(r.out, "%3d/%d %-8s %s: %s\n", r.done, of, v, g.Name, note)
	if v != killed {
		fmt.Fprintf(r.out, "        guards against: %s\n        in: %s\n", g.Attack, strings.Join(g.files(), ", "))
	}
	if v == unfit || r.verbose {
		fmt.Fprint(r.out, indent(output))
	}
}

func indent(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString("        | " + line)
	}
	return b.String()
}
