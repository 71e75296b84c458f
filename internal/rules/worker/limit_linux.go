package worker

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// files that may be open: the three of the standard, and what the runtime waits with.
const files = 8

// confine takes from this process what a worker never needs.
func confine() error {
	for _, l := range []struct {
		what int
		max  uint64
	}{{unix.RLIMIT_CORE, 0}, {unix.RLIMIT_FSIZE, 0}, {unix.RLIMIT_NOFILE, files}} {
		if err := unix.Setrlimit(l.what, &unix.Rlimit{Cur: l.max, Max: l.max}); err != nil {
			return fmt.Errorf("worker: limit %d: %w", l.what, err)
		}
	}
	return filterCalls()
}

// limitMemory makes the system refuse more memory than that; the runtime ends the
// process then. The limit counts private writable memory (RLIMIT_DATA, getrlimit(2)).
func limitMemory(bytes int64) error {
	tune(bytes)
	if sanitized {
		return nil // the shadow memory of the race detector is many times that
	}
	limit := uint64(bytes) + stacks
	if err := unix.Setrlimit(unix.RLIMIT_DATA, &unix.Rlimit{Cur: limit, Max: limit}); err != nil {
		return fmt.Errorf("worker: limit the memory: %w", err)
	}
	return nil
}
