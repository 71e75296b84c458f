package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing that is wrong, or will disappoint, in a file.
type Problem struct {
	File string
	Line int    // 1 for what is missing at the top; 0 if the file cannot be read
	Key  string // such as clients[0].redirect_uris[1]; "" for the whole file
	Text string // what is wrong and what to write instead; never holds a secret
}

// String returns "hush.yaml:12: clients[0].id: what to do".
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d", p.Line)
	}
	if p.Key != "" {
		b.WriteString(": " + p.Key)
	}
	b.WriteString(": " + p.Text)
	return b.String()
}

// Problems is everything that is wrong with one file, by line.
type Problems []Problem

// Error returns one line a problem.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i := range p {
		lines[i] = p[i].String()
	}
	return strings.Join(lines, "\n")
}

// sort orders by line, in the order found within one.
func (p Problems) sort() {
	slices.SortStableFunc(p, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
}
