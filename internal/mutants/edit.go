package main

import (
	"bytes"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Edit replaces a piece of a file.
type Edit struct {
	File string `yaml:"file"` // from the root
	// After and Old must each stand in the file once. With After, which is
	// optional, Old may stand there more often: the first behind it is meant.
	After string `yaml:"after"`
	Old   string `yaml:"old"`
	New   string `yaml:"new"`
}

// mutate returns the text of each file that the edits change, by its name.
func mutate(root string, edits []Edit) (map[string][]byte, error) {
	changed := make(map[string][]byte)
	for _, e := range edits {
		text, ok := changed[e.File]
		if !ok {
			var err error
			if text, err = os.ReadFile(filepath.Join(root, e.File)); err != nil { //nolint:gosec // names from the list
				return nil, err
			}
		}
		text, err := e.apply(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.File, err)
		}
		changed[e.File] = text
	}
	for name, text := range changed {
		if !strings.HasSuffix(name, ".go") {
			continue
		}
		if _, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution); err != nil {
			return nil, fmt.Errorf("with the guard taken out it is not Go: %w", err)
		}
	}
	return changed, nil
}

func (e Edit) apply(text []byte) ([]byte, error) {
	if e.Old == "" || e.Old == e.New {
		return nil, errors.New("old must say what is replaced, and new something else")
	}
	at, err := e.find(text)
	if err != nil {
		return nil, err
	}
	return slices.Concat(text[:at], []byte(e.New), text[at+len(e.Old):]), nil
}

// find returns where Old begins.
func (e Edit) find(text []byte) (int, error) {
	if e.After == "" {
		return once(text, e.Old)
	}
	from, err := once(text, e.After)
	if err != nil {
		return 0, fmt.Errorf("after: %w", err)
	}
	from += len(e.After)
	at := bytes.Index(text[from:], []byte(e.Old))
	if at < 0 {
		return 0, fmt.Errorf("%q does not stand behind %q", e.Old, e.After)
	}
	return from + at, nil
}

// once returns where the only occurrence begins.
func once(text []byte, what string) (int, error) {
	switch n := bytes.Count(text, []byte(what)); n {
	case 0:
		return 0, fmt.Errorf("%q does not stand in the file", what)
	case 1:
		return bytes.Index(text, []byte(what)), nil
	default:
		return 0, fmt.Errorf("%q stands in the file %d times", what, n)
	}
}
