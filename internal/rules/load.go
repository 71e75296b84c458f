package rules

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"github.com/hush-sso/hush/internal/rules/js"
)

// Problem is why a rule, or a folder of them, cannot be run. It shows nothing but names.
type Problem = js.Problem

// Problems is all that is wrong with a folder. It is the error of Load.
type Problems = js.Problems

// wrong is a problem of a whole file or folder.
func wrong(path, text string) Problem { return Problem{File: path, Text: text} }

// Load reads and checks a folder of rules: each file that ends in .js is one, and
// nothing of it is run. They run by number and name (2-roles.js before 10-deny.js). A
// file of the same name that ends in .json, as Auth0's deploy CLI writes it, may switch
// one off (enabled) or give its place (order); those with a place come first.
//
// skip are the files that need not run again silently. See Set.
func Load(dir string, configuration map[string]string, skip []string) (*Set, error) {
	found, problems := list(dir)
	s := &Set{Configuration: maps.Clone(configuration), SkipSilent: map[string]bool{}}
	for _, e := range found {
		if e.enabled {
			s.Rules = append(s.Rules, Rule{e.file, e.source})
		}
	}
	for _, name := range skip {
		if !slices.ContainsFunc(found, func(e entry) bool { return e.file == name }) {
			problems = append(problems, wrong(dir, fmt.Sprintf("skip_silent names %q, and there is no such file", name)))
		}
		s.SkipSilent[name] = true
	}
	warnings, bad := check(dir, s.Rules)
	if problems = append(problems, bad...); len(problems) > 0 {
		return nil, problems
	}
	s.warnings, s.version = warnings, s.hash()
	return s, nil
}

// check compiles rules to see whether they can be run.
func check(dir string, all []Rule) (warnings, problems Problems) {
	files := make([]js.File, len(all))
	for i, r := range all {
		files[i] = js.File{Name: filepath.Join(dir, r.File), Source: r.Source}
	}
	p, err := js.Compile(files)
	if err != nil {
		return nil, err.(Problems) //nolint:errorlint,forcetypeassert // it is nothing else
	}
	return p.Warnings(), nil
}

// hash tells sets apart. What they read counts: a list of allowed addresses may stand
// in the configuration.
func (s *Set) hash() string {
	h := sha256.New()
	add := func(text string) {
		_ = binary.Write(h, binary.BigEndian, uint64(len(text)))
		_, _ = h.Write([]byte(text))
	}
	for _, r := range s.Rules {
		add(r.File)
		add(r.Source)
	}
	add("")
	for _, name := range slices.Sorted(maps.Keys(s.Configuration)) {
		add(name)
		add(s.Configuration[name])
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:16])
}
