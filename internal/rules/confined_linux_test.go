//go:build !race

package rules_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/rules"
)

// TestWorkerHasNothing: no environment, no rights, no folder, few files and little
// memory.
func TestWorkerHasNothing(t *testing.T) {
	t.Parallel()
	e, _ := engine(t, rules.Config{Workers: 1})
	pass(t, e.With(set(addRoles)), alice())
	pid := rules.PID(rules.Processes(e)[0])
	read := func(name string) string {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, name))
		if err != nil {
			t.Error(err)
		}
		return string(text)
	}
	if text := read("environ"); text != "" {
		t.Errorf("its environment is %q", text)
	}
	if text := strings.Split(read("cmdline"), "\x00"); len(text) != 3 {
		t.Errorf("its command line is %q", text)
	}
	for _, line := range []string{"NoNewPrivs:\t1", "Seccomp:\t2"} {
		if !strings.Contains(read("status"), line) {
			t.Errorf("its status has no %q", line)
		}
	}
	limits := strings.Join(strings.Fields(read("limits")), " ")
	for _, line := range []string{"Max core file size 0 0", "Max file size 0 0", "Max open files 8 8", "Max data size"} {
		if !strings.Contains(limits, line) || strings.Contains(limits, "Max data size unlimited") {
			t.Errorf("its limits have no %q: %s", line, limits)
		}
	}
	if cwd, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid)); cwd != "/" {
		t.Errorf("it works in %s, %v", cwd, err)
	}
}
