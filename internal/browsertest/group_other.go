//go:build !linux

package browsertest

import "os/exec"

// Elsewhere the browser is left to end its own children.
func ownGroup(*exec.Cmd) {}

func killGroup(cmd *exec.Cmd) { cmd.Process.Kill() }
