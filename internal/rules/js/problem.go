package js

import (
	"fmt"
	"strings"
)

// Problem is why a file cannot be run.
type Problem struct {
	File string
	Line int    // 0: the whole file
	Text string // what is wrong and what to write instead; shows nothing but names
}

// String returns "roles.js:3: what to do".
func (p Problem) String() string {
	if p.Line == 0 {
		return p.File + ": " + p.Text
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text)
}

// Problems is everything that is wrong with a set, in the order of its files.
type Problems []Problem

// Error returns one line a problem.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i := range p {
		lines[i] = p[i].String()
	}
	return strings.Join(lines, "\n")
}
