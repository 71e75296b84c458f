package main

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

//go:embed guards/*.yaml
var lists embed.FS

// Guard is one thing that keeps an attack out.
type Guard struct {
	Name   string `yaml:"guard"`
	Attack string `yaml:"attack"` // what somebody could do without it, in a sentence
	// Edits take the guard out, with everything that stands behind it for the
	// same attack: where two layers guard, one alone is not missed.
	Edits   []Edit   `yaml:"edits"`
	Package string   `yaml:"package"` // whose tests must notice; its directory from the root
	Tests   []string `yaml:"tests"`   // of which one must fail, e.g. TestX or TestX/with_a_part
}

// files returns the names of the files that the guard stands in.
func (g *Guard) files() []string {
	var names []string
	for _, e := range g.Edits {
		names = append(names, e.File)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// load reads every list, in the order of their file names.
func load(lists fs.FS) ([]Guard, error) {
	names, err := fs.Glob(lists, "guards/*.yaml")
	if err != nil {
		return nil, err
	}
	var all []Guard
	seen := make(map[string]bool)
	for _, name := range names {
		raw, err := fs.ReadFile(lists, name)
		if err != nil {
			return nil, err
		}
		decoder := yaml.NewDecoder(bytes.NewReader(raw))
		decoder.KnownFields(true)
		var list []Guard
		if err := decoder.Decode(&list); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for _, g := range list {
			if g.Name == "" || seen[g.Name] {
				return nil, fmt.Errorf("%s: guard %q: the name is missing or taken", name, g.Name)
			}
			seen[g.Name] = true
		}
		all = append(all, list...)
	}
	return all, nil
}

// sources are the module's, read as far as entries are held to them.
type sources struct {
	root  string
	tests map[string]map[string]bool // package -> names of its test functions
}

// check tells what of the entry no longer fits the sources. It runs nothing, so
// a test can hold the whole list to it.
func (s *sources) check(g *Guard) error {
	switch {
	case !strings.HasSuffix(strings.TrimSpace(g.Attack), "."):
		return errors.New("attack must be a sentence: what could somebody do without the guard?")
	case len(g.Edits) == 0:
		return errors.New("edits are missing: nothing would be taken out")
	case g.Package == "" || len(g.Tests) == 0:
		return errors.New("package or tests are missing: which must notice?")
	}
	if _, err := mutate(s.root, g.Edits); err != nil {
		return err
	}
	have, err := s.testsOf(g.Package)
	if err != nil {
		return err
	}
	for _, name := range g.Tests {
		if top, _, _ := strings.Cut(name, "/"); !have[top] {
			return fmt.Errorf("%s has no test %s", g.Package, top)
		}
	}
	return nil
}

// testsOf returns the names of the test functions of a package.
func (s *sources) testsOf(pkg string) (map[string]bool, error) {
	if names, ok := s.tests[pkg]; ok {
		return names, nil
	}
	files, err := filepath.Glob(filepath.Join(s.root, pkg, "*_test.go"))
	if err != nil {
		return nil, err
	}
	names := make(map[string]bool)
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		for _, d := range parsed.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Test") {
				names[f.Name.Name] = true
			}
		}
	}
	s.tests[pkg] = names
	return names, nil
}
