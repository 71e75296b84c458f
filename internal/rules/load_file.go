package rules

import (
	"maps"
	"path/filepath"
)

// LoadFile is Load for one rule alone, whatever stands beside it.
func LoadFile(path string, configuration map[string]string) (*Set, error) {
	source, err := readRule(path)
	if err != nil {
		return nil, Problems{wrong(path, err.Error())}
	}
	s := &Set{Rules: []Rule{{filepath.Base(path), source}}, Configuration: maps.Clone(configuration), SkipSilent: map[string]bool{}}
	warnings, problems := check(filepath.Dir(path), s.Rules)
	if len(problems) > 0 {
		return nil, problems
	}
	s.warnings, s.version = warnings, s.hash()
	return s, nil
}
