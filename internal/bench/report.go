package main

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"
)

// report is what a suite found.
type report struct {
	name   string
	terms  string // under which it was measured
	tables []table
	charts []chart
}

func (b *bench) report(name string, tables ...table) *report {
	return &report{name: name, terms: b.terms(name), tables: tables}
}

// terms say how the numbers came about, so that they can be made again.
func (b *bench) terms(suite string) string {
	pinned := "nothing is pinned to a core"
	if len(b.cores) > 1 {
		pinned = "the server on one core, Redis and the load on another"
	}
	flags := fmt.Sprintf("-round %v -rounds %d -conns %d -log %s -pipeline=%v %s", b.round, b.rounds, b.conns, b.log, b.pipeline, suite)
	return fmt.Sprintf("Measured on %s with `make bench ARGS='%s'`: %s, %s, %s, %s. Medians of %d rounds, which alternate. Load of the machine at the end: %s.",
		time.Now().UTC().Format(time.DateOnly), flags, processor(), pinned, runtime.Version(), redisVersion(), b.rounds, loadAverage())
}

func (r *report) markdown() string {
	var b strings.Builder
	b.WriteString(r.terms + "\n\n")
	for i := range r.tables {
		b.WriteString(r.tables[i].markdown() + "\n")
	}
	for _, c := range r.charts {
		fmt.Fprintf(&b, "![%s](img/%s)\n", c.title, c.file)
	}
	return b.String()
}

// write puts the report into its block of a file, and its pictures into a folder.
func (r *report) write(file, pictures string) error {
	text, err := os.ReadFile(file)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	if err := os.WriteFile(file, []byte(replaceBlock(string(text), r.name, r.markdown())), 0o644); err != nil {
		return err
	}
	for _, c := range r.charts {
		if err := os.WriteFile(filepath.Join(pictures, c.file), []byte(c.svg()), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// replaceBlock puts text between the marks of a block; a page without them gets them at
// its end.
func replaceBlock(page, name, text string) string {
	begin, end := "<!-- bench: "+name+" -->\n", "<!-- end of bench: "+name+" -->\n"
	before, rest, found := strings.Cut(page, begin)
	_, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		return page + begin + text + end
	}
	return before + begin + text + end + after
}

var model = regexp.MustCompile(`(?m)^model name\s*:\s*(.*)$`)

func processor() string {
	info, _ := os.ReadFile("/proc/cpuinfo")
	if found := model.FindSubmatch(info); found != nil {
		return string(found[1])
	}
	return runtime.GOOS + "/" + runtime.GOARCH
}

var version = regexp.MustCompile(`v=(\S+)`)

func redisVersion() string {
	out, _ := exec.Command("redis-server", "--version").Output()
	if found := version.FindSubmatch(out); found != nil {
		return "Redis " + string(found[1])
	}
	return "Redis"
}

// loadAverage is how many processes wanted a core over the last minute.
func loadAverage() string {
	text, _ := os.ReadFile("/proc/loadavg")
	first, _, _ := strings.Cut(string(text), " ")
	return cmp.Or(first, "unknown")
}
