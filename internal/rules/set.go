package rules

import "slices"

// Set is a folder of rules, read and checked, with what they read as `configuration`.
// It never changes.
type Set struct {
	Rules         []Rule // in the order in which they run
	Configuration map[string]string
	// SkipSilent are the file names of rules that need not run again silently, for an
	// app for which the session says that this version of the set passed.
	SkipSilent map[string]bool
	version    string
	warnings   Problems
}

// Rule is one file.
type Rule struct {
	File   string // its name in the folder
	Source string
}

// Version changes whenever a rule, the order or the configuration does. It shows
// nothing of them.
func (s *Set) Version() string { return s.version }

// Warnings are what is probably meant otherwise, but runs.
func (s *Set) Warnings() Problems { return s.warnings }

// has reports whether a rule is in the set.
func (s *Set) has(file string) bool {
	return slices.ContainsFunc(s.Rules, func(r Rule) bool { return r.File == file })
}
