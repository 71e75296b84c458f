//go:build unix

package worker

import (
	"os"

	"golang.org/x/sys/unix"
)

// standardInput is read without a thread that waits in the system for it: handing over
// from one thread to another costs as much as a small run.
func standardInput() *os.File {
	if err := unix.SetNonblock(0, true); err != nil {
		return os.Stdin
	}
	return os.NewFile(0, "standard input")
}
