package rules

import (
	"maps"
	"slices"
	"time"
)

// Resident is the largest memory of a worker, in bytes.
func Resident(e *Engine) int64 {
	e.living.mu.Lock()
	defer e.living.mu.Unlock()
	var most int64
	for p := range e.living.all {
		most = max(most, resident(p.cmd.Process.Pid))
	}
	return most
}

// CPU is what the processes of an engine that was closed have used.
func CPU(ps []*process) (sum time.Duration) {
	for _, p := range ps {
		sum += p.cmd.ProcessState.UserTime() + p.cmd.ProcessState.SystemTime()
	}
	return sum
}

// Processes are the workers there are.
func Processes(e *Engine) []*process {
	e.living.mu.Lock()
	defer e.living.mu.Unlock()
	return slices.Collect(maps.Keys(e.living.all))
}

// Hostile is a configuration of one worker that is started with another argument.
func Hostile(argument string) Config {
	return Config{Workers: 1, Timeout: 300 * time.Millisecond, argument: argument}
}

// Gone is closed when a process has ended.
func Gone(p *process) <-chan struct{} { return p.gone }

// PID is the number of a process.
func PID(p *process) int { return p.cmd.Process.Pid }

// Kill ends a process as somebody from outside would.
func Kill(p *process) error { return p.cmd.Process.Kill() }

// Versioned gives a set a version, as Load does.
func Versioned(s *Set, version string) *Set {
	s.version = version
	return s
}

// Started is what tells whether two sets share their workers.
func Started(b *Bound) any { return b.pool }

// Idle is how many workers a set has that do nothing.
func Idle(b *Bound) int {
	b.pool.mu.Lock()
	defer b.pool.mu.Unlock()
	return len(b.pool.idle)
}

// ReadsName is Reads of a set that no worker was started for.
func ReadsName(s *Set, name string) bool { return namesOf(s).have(name) }

// Turns tells how many runs of a user are under way or wait.
func Turns(e *Engine, userID string) int {
	e.turns.mu.Lock()
	defer e.turns.mu.Unlock()
	if u := e.turns.held[userID]; u != nil {
		return u.users
	}
	return 0
}
