//go:build !linux

package reexec

import "os/exec"

func program() string { return executable() }

// bind does nothing: a child ends when its standard input does.
func bind(*exec.Cmd) {}
