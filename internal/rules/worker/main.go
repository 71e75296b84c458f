package worker

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"

	"github.com/hush-sso/hush/internal/reexec"
	"github.com/hush-sso/hush/internal/rules/wire"
)

func init() {
	if reexec.Is(wire.Argument) {
		os.Exit(work(standardInput(), os.Stdout))
	}
}

// Of the runtime, before anything runs.
const (
	cores    = 1        // what watches the rules interrupts them; two hand over to each other in vain
	maxStack = 64 << 20 // bytes of one goroutine: what recurses without end ends early
)

// work does what the program says until it says no more, and returns the exit code.
func work(in io.Reader, out io.Writer) int {
	runtime.GOMAXPROCS(cores)
	debug.SetMaxStack(maxStack)
	debug.SetTraceback("none") // the reason alone is kept
	if err := confine(); err != nil {
		return fail(err)
	}
	s := &server{out: wire.NewWriter(out)}
	for from := wire.NewReader(in, false); ; {
		f, err := from.Next()
		if errors.Is(err, io.EOF) {
			return 0
		}
		if err == nil {
			err = s.take(f)
		}
		if err != nil {
			return fail(err)
		}
	}
}

func fail(err error) int {
	fmt.Fprintln(os.Stderr, err)
	return 1
}
