package howto

import (
	"os/exec"
	"syscall"
)

// dieWithParent ends the process even when the test binary is killed.
func dieWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
