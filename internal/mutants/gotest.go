package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// testTimeout bounds one run of tests, the compiler's time not counted.
const testTimeout = 2 * time.Minute

// result is what became of one run of go test.
type result struct {
	failed []string // tests, those inside others first
	passed map[string]bool
	built  bool
	torn   bool   // ended by a panic, the timeout or an exit, not by its tests
	output string // all that was written
	events []event
}

// of returns the output of one test, and all of it where that is none.
func (r *result) of(test string) string {
	var b strings.Builder
	for _, e := range r.events {
		if e.Test == test {
			b.WriteString(e.Output)
		}
	}
	return cmp.Or(b.String(), r.output)
}

// goTest runs tests of a package below root with the files of overlay in place
// of the tree's own. With overlay it stops at the first test that fails.
func goTest(ctx context.Context, root, pkg string, tests []string, overlay map[string][]byte) (result, error) {
	args := []string{"test", "-json", "-count=1", "-vet=off", "-timeout", testTimeout.String(), "-run", pattern(tests)}
	if overlay != nil {
		dir, err := os.MkdirTemp("", "mutant-")
		if err != nil {
			return result{}, err
		}
		defer os.RemoveAll(dir)
		list, err := writeOverlay(dir, root, overlay)
		if err != nil {
			return result{}, err
		}
		args = append(args, "-failfast", "-overlay", list)
	}
	cmd := exec.CommandContext(ctx, "go", append(args, "./"+filepath.ToSlash(pkg))...) //nolint:gosec // names from the list
	cmd.Dir = root
	// Asked to end, go test ends its tests, and those what they started.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if ctx.Err() != nil {
		return result{}, ctx.Err()
	}
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		return result{}, err
	}
	r, err := readEvents(out)
	r.output += stderr.String()
	return r, err
}

// writeOverlay writes the replaced files and the list that -overlay takes.
func writeOverlay(dir, root string, files map[string][]byte) (list string, err error) {
	root, err = filepath.Abs(root)
	if err != nil {
		return "", err
	}
	replace := make(map[string]string)
	for name, text := range files {
		file := filepath.Join(dir, strconv.Itoa(len(replace))+filepath.Ext(name))
		if err := os.WriteFile(file, text, 0o600); err != nil {
			return "", err
		}
		replace[filepath.Join(root, name)] = file
	}
	raw, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	list = filepath.Join(dir, "overlay.json")
	return list, os.WriteFile(list, raw, 0o600)
}

// pattern returns the -run that chooses these tests and no others.
func pattern(tests []string) string {
	var all []string
	for _, name := range tests {
		parts := strings.Split(name, "/")
		for i := range parts {
			parts[i] = "^" + regexp.QuoteMeta(parts[i]) + "$"
		}
		all = append(all, strings.Join(parts, "/"))
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), "|")
}

// event is a line of go test -json (go doc test2json).
type event struct{ Action, Test, Output, FailedBuild string }

// tears begin the lines by which a test binary says that it did not finish.
var tears = []string{"panic: ", "fatal error: "}

func readEvents(raw []byte) (result, error) {
	r := result{passed: make(map[string]bool), built: true}
	var output strings.Builder
	for line := range bytes.Lines(raw) {
		var e event
		if err := json.Unmarshal(line, &e); err != nil {
			return r, fmt.Errorf("go test -json wrote %q", line)
		}
		output.WriteString(e.Output)
		r.events = append(r.events, e)
		switch {
		case e.Action == "build-fail", e.FailedBuild != "":
			r.built = false
		case e.Action == "pass" && e.Test != "":
			r.passed[e.Test] = true
		case e.Action == "fail" && e.Test != "":
			r.failed = append(r.failed, e.Test)
		case e.Action == "fail" && len(r.failed) == 0:
			r.torn = true
		case e.Action == "output":
			r.torn = r.torn || slices.ContainsFunc(tears, func(t string) bool { return strings.HasPrefix(e.Output, t) })
		}
	}
	r.output = output.String()
	return r, nil
}
