package main

import "testing"

// root is the module's, from here.
const root = "../.."

// TestGuardsFit holds the list to the sources, so that neither a guard that was
// moved nor a test that was renamed is found out only by make mutants.
func TestGuardsFit(t *testing.T) {
	guards, err := load(lists)
	if err != nil {
		t.Fatal(err)
	}
	if len(guards) < 40 {
		t.Errorf("there are %d guards, and were 40 at least", len(guards))
	}
	s := &sources{root: root, tests: make(map[string]map[string]bool)}
	for i := range guards {
		if err := s.check(&guards[i]); err != nil {
			t.Errorf("guard %s: %v", guards[i].Name, err)
		}
	}
}
