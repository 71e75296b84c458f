package js

import (
	"github.com/dop251/goja"
)

// File is one rule.
type File struct {
	Name   string // in the folder; used in messages
	Source string
}

// Program is a set of rules, compiled. It holds nothing of any user and may be run
// many times at once.
type Program struct {
	rules    []rule
	warnings Problems
	lazy     []string  // globals of lazily that some rule mentions
	modules  []string  // that some rule mentions
	spare    chan *run // holds one that is ready
}

type rule struct {
	file string
	code *goja.Program // evaluates to the rule's function
}

// Compile reads rules in the order in which they run. Its error is Problems: all of
// them, of all files.
func Compile(files []File) (*Program, error) {
	p := &Program{spare: make(chan *run, 1)}
	var problems Problems
	for _, f := range files {
		problems = append(problems, p.read(f)...)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return p, nil
}

// Warnings are about what is probably meant otherwise, but runs.
func (p *Program) Warnings() Problems { return p.warnings }
