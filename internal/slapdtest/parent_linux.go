package slapdtest

import (
	"os/exec"
	"syscall"
)

// dieWithParent ends the server even when the test binary is killed.
func dieWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
