package rules

import (
	"bytes"
	"strings"
	"sync"
)

// beginning keeps the beginning of what a worker writes to its standard error: where it
// ends by itself, the runtime says there why.
type beginning struct {
	mu   sync.Mutex
	text []byte
}

const maxStderr = 2 << 10 // bytes that are kept

// Write never fails: what is too much is dropped.
func (t *beginning) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p[:min(len(p), maxStderr-len(t.text))]...)
	return len(p), nil
}

// first returns the first line after ": ", "" if there is none.
func (t *beginning) first() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	line, _, _ := bytes.Cut(bytes.TrimSpace(t.text), []byte("\n"))
	if len(line) == 0 {
		return ""
	}
	return ": " + strings.ToValidUTF8(string(line), "?")
}
