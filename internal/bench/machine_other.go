//go:build !linux

package main

import (
	"errors"
	"os"
	"os/exec"
)

// Only Linux lets a process be kept to a core and says what another one used, in the
// ways that are used here.

func leaveServerCore() error { return nil }

func allCores() []int { return nil }

func startOn(_ []int, cmd *exec.Cmd) error { return cmd.Start() }

func usageOf(int) (usage, error) {
	return usage{}, errors.New("what a process uses is read from /proc, which only Linux has")
}

func toggleProfile(*os.Process) error { return errors.New("profiles are made on Linux only") }
