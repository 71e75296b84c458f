package browsertest

import (
	"errors"
	"os/exec"
	"syscall"
	"time"
)

// ownGroup makes the browser lead a process group, and die with the test even
// if that is killed.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// killGroup ends what is left of the group and waits until it is gone: a
// process that still dies could write into the profile while it is removed.
func killGroup(cmd *exec.Cmd) {
	pid := cmd.Process.Pid
	syscall.Kill(-pid, syscall.SIGKILL)
	for i := 0; i < 200 && !errors.Is(syscall.Kill(-pid, 0), syscall.ESRCH); i++ {
		time.Sleep(10 * time.Millisecond)
	}
}
