package conformance

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestPage holds docs/conformance.md to the modules: each has its row, and each
// row its test.
func TestPage(t *testing.T) {
	raw, err := os.ReadFile("../../docs/conformance.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]bool{}
	for line := range strings.SplitSeq(string(raw), "\n") {
		if cell, _, ok := strings.Cut(strings.TrimPrefix(line, "| `"), " | "); ok && strings.HasPrefix(line, "| `") {
			for name := range strings.SplitSeq(cell, ", ") {
				rows[strings.Trim(name, "`")] = true
			}
		}
	}
	for _, name := range names() {
		if !rows[name] {
			t.Errorf("docs/conformance.md has no row for %s", name)
		}
		delete(rows, name)
	}
	for name := range rows {
		t.Errorf("docs/conformance.md names %s, which no test is called", name)
	}
}

// names are those of all modules and of the subtests that are none.
func names() (all []string) {
	for _, m := range every(request, session, claims, codes, nonces, userinfoModules) {
		all = append(all, m.name)
	}
	direct := regexp.MustCompile(`(?:t\.Run|run)\("([a-z-]+)"`)
	for _, file := range []string{"config_test.go", "dynamic_test.go"} {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		for _, m := range direct.FindAllSubmatch(text, -1) {
			all = append(all, string(m[1]))
		}
	}
	return all
}
