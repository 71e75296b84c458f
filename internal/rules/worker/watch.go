package worker

import (
	"fmt"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"

	"github.com/hush-sso/hush/internal/rules/wire"
)

// How often a run is looked at: the first time soon, since what takes all memory there
// is does so within milliseconds; most runs are over by then.
const (
	firstTick = time.Millisecond
	tick      = 10 * time.Millisecond
)

// watch looks at a run until the returned function is called: it says which rule has
// been running for long, and ends the process if it has too much memory.
func watch(memory int64, out *wire.Writer) (stop func()) {
	done := make(chan struct{})
	go func() {
		ticker := time.NewTicker(firstTick)
		defer ticker.Stop()
		used := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
		for {
			select {
			case <-done:
				return
			case <-ticker.C:
				ticker.Reset(tick)
			}
			_ = out.Flush() // the reader of standard input ends what has no reader
			metrics.Read(used)
			if has := used[0].Value.Uint64() - used[1].Value.Uint64(); has > uint64(memory) {
				fmt.Fprintf(os.Stderr, "out of memory: %d MB of %d\n", has>>20, memory>>20)
				os.Exit(3)
			}
		}
	}()
	return func() { close(done) }
}

// tune keeps the collector within the memory that there is.
func tune(memory int64) {
	debug.SetGCPercent(200) // a run makes garbage only
	debug.SetMemoryLimit(memory / 2)
}
