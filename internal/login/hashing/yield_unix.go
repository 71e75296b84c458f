//go:build unix

package hashing

import "golang.org/x/sys/unix"

// niceness gives a worker about a tenth of a core that the server could use up. On
// one that has time to spare it takes what it needs.
const niceness = 10

// yield lets others go first, and leaves no passwords behind in a core file. What the
// system does not allow is left out.
func yield() {
	_ = unix.Setpriority(unix.PRIO_PROCESS, 0, niceness)
	_ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
}
