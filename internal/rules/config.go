package rules

import (
	"cmp"
	"log/slog"
	"runtime"
	"time"

	"github.com/hush-sso/hush/internal/rules/wire"
)

// Config is what an Engine is made of. The zero value works: rules run then, and what
// they ask for outside is refused.
type Config struct {
	Log   *slog.Logger // what rules print, and what becomes of workers. Default: slog.Default()
	Users Metadata     // auth0.users. nil: refused
	Calls Caller       // fetch, request and axios. nil: refused
	// Workers is how many processes are kept, and how many sets run at once.
	// Default: as many as there are cores, 2 at least.
	Workers int
	// Timeout is what one run of a whole set may take. Default 1 s.
	Timeout time.Duration
	// Memory is what one process may have, in bytes. Default 128 MiB.
	Memory int64

	argument string // of the command line that makes a worker; tests have other ones
}

const (
	defaultTimeout = time.Second
	defaultMemory  = 128 << 20
)

func (c Config) withDefaults() Config {
	c.Log = cmp.Or(c.Log, slog.Default())
	c.Workers = cmp.Or(c.Workers, max(2, runtime.GOMAXPROCS(0)))
	c.Timeout = cmp.Or(c.Timeout, defaultTimeout)
	c.Memory = cmp.Or(c.Memory, defaultMemory)
	c.argument = cmp.Or(c.argument, wire.Argument)
	return c
}
