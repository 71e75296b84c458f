package rules

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
