// Package reexec starts this program anew for a part of its work that is better done
// in a process of its own. The part makes itself known by its only argument, in an
// init function: before main, and before the flags of a test.
package reexec

import (
	"os"
	"os/exec"
)

// Command is this program with that one argument, no environment and no folder of its
// own. It dies with who started it where the system can see to that, and hears nothing
// of a terminal.
func Command(argument string) *exec.Cmd {
	cmd := exec.Command(program(), argument)
	cmd.Env, cmd.Dir = []string{}, "/"
	bind(cmd)
	return cmd
}

// Is reports whether this process was started by [Command] with the argument.
func Is(argument string) bool { return len(os.Args) == 2 && os.Args[1] == argument }

// executable is the path of this program; "" where the system does not know it, and
// starting that fails.
func executable() string {
	path, err := os.Executable()
	if err != nil {
		return ""
	}
	return path
}
