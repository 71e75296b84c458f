//go:build !race

package worker

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

const probe = "hush-rules-probe"

func init() {
	if len(os.Args) == 2 && os.Args[1] == probe {
		tryAll()
		os.Exit(0)
	}
}

// attempts are what a worker has no business with.
var attempts = []struct {
	name string
	do   func() error
}{
	{"read a file", func() error { _, err := os.ReadFile("/proc/self/status"); return err }},
	{"list a folder", func() error { _, err := os.ReadDir("/"); return err }},
	{"write a file", func() error { return os.WriteFile("/tmp/hush-rules-probe", nil, 0o600) }},
	{"call", func() error { _, err := net.Dial("tcp", "127.0.0.1:1"); return err }},
	{"listen", func() error { _, err := net.Listen("unix", ""); return err }},
	{"start a program", func() error { return exec.Command("/proc/self/exe").Start() }},
	{"make a process", func() error {
		pid, _, e := syscall.RawSyscall(unix.SYS_CLONE, uintptr(unix.SIGCHLD), 0, 0)
		if pid == 0 { // the new one
			_, _, _ = syscall.RawSyscall(unix.SYS_EXIT_GROUP, 0, 0, 0)
		}
		if e == 0 {
			return nil
		}
		return e
	}},
	{"signal the parent", func() error { return unix.Kill(os.Getppid(), 0) }},
	{"look into the parent", func() error { return unix.PtraceSeize(os.Getppid()) }},
	{"become another", func() error { return unix.Setresuid(65534, 65534, 65534) }},
}

// tryAll says for each attempt how it ended, on a thread that was there before and on a
// new one.
func tryAll() {
	if err := confine(); err != nil {
		fmt.Println(err)
		return
	}
	for _, a := range attempts {
		fmt.Printf("%s: %v\n", a.name, a.do() != nil)
	}
	done := make(chan error)
	go func() { done <- attempts[0].do() }()
	fmt.Printf("on another thread: %v\n", <-done != nil)
}

// TestConfined: a worker that somebody took over finds no way out.
func TestConfined(t *testing.T) {
	t.Parallel()
	c := exec.Command("/proc/self/exe", probe)
	c.Env = []string{}
	out, err := c.CombinedOutput()
	want := ""
	for _, a := range attempts {
		want += a.name + ": true\n"
	}
	if want += "on another thread: true\n"; err != nil || string(out) != want {
		t.Errorf("%v, it says\n%s", err, out)
	}
}
