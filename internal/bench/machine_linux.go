package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// pinnedBy is set once this process runs beside the server's core: its value is all
// cores that it may use otherwise.
const pinnedBy = "HUSH_BENCH_CORES"

// leaveServerCore starts the command anew on the second core that it may use, where it
// may use two: the first is the server's. The Go runtime then counts one core.
func leaveServerCore() error {
	var all unix.CPUSet
	if os.Getenv(pinnedBy) != "" || unix.SchedGetaffinity(0, &all) != nil || all.Count() < 2 {
		return nil
	}
	path, err := os.Executable()
	if err != nil {
		return err
	}
	cores := coresOf(&all)
	runtime.LockOSThread()
	if err := pin(cores[1]); err != nil {
		return err
	}
	os.Setenv(pinnedBy, join(cores))
	return syscall.Exec(path, os.Args, os.Environ())
}

// allCores are those that may be used; the first is the server's, the second ours.
// Without two nothing is pinned.
func allCores() []int {
	var cores []int
	for text := range strings.SplitSeq(os.Getenv(pinnedBy), ",") {
		if n, err := strconv.Atoi(text); err == nil {
			cores = append(cores, n)
		}
	}
	return cores
}

func coresOf(set *unix.CPUSet) (cores []int) {
	for n := 0; len(cores) < set.Count(); n++ {
		if set.IsSet(n) {
			cores = append(cores, n)
		}
	}
	return cores
}

func join(cores []int) string {
	var b strings.Builder
	for i, n := range cores {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.Itoa(n))
	}
	return b.String()
}

// pin keeps the thread of the caller, and what it starts, to cores.
func pin(cores ...int) error {
	var set unix.CPUSet
	for _, n := range cores {
		set.Set(n)
	}
	return unix.SchedSetaffinity(0, &set)
}

// startOn starts a command on cores, none for wherever we are, and lets it end with us.
func startOn(cores []int, cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if len(cores) == 0 {
		return cmd.Start()
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var before unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		return err
	}
	if err := pin(cores...); err != nil {
		return err
	}
	defer unix.SchedSetaffinity(0, &before)
	return cmd.Start()
}

// tick is the unit of /proc/PID/stat: USER_HZ, which is 100 everywhere.
const tick = 10 * time.Millisecond

// usageOf reads what a process has used: processor time in user and system, and its
// memory that is resident, now and at most.
func usageOf(pid int) (usage, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return usage{}, err
	}
	// Behind the name, which may hold anything, stands the third field.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	var u usage
	for _, text := range fields[11:13] { // utime, stime
		n, err := strconv.Atoi(text)
		if err != nil {
			return usage{}, err
		}
		u.cpu += time.Duration(n) * tick
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return usage{}, err
	}
	for line := range strings.Lines(string(status)) {
		name, rest, _ := strings.Cut(line, ":")
		if name == "VmHWM" {
			n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(rest), " kB"))
			if err != nil {
				return usage{}, err
			}
			u.rss = n << 10
		}
	}
	return u, nil
}

// toggleProfile begins or ends the profile of a hush that was built with -tags profile.
func toggleProfile(p *os.Process) error { return p.Signal(syscall.SIGUSR1) }
