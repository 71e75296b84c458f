package conformance

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// thePage is docs/conformance.md: what this package shows, and what other tests do.
func thePage(t *testing.T) (here, elsewhere string) {
	t.Helper()
	raw, err := os.ReadFile("../../docs/conformance.md")
	if err != nil {
		t.Fatal(err)
	}
	here, elsewhere, found := strings.Cut(string(raw), "\n## Shown by other tests\n")
	if !found {
		t.Fatal("docs/conformance.md does not say what other tests show")
	}
	return here, elsewhere
}

// TestPage holds docs/conformance.md to the modules: each has its row, and each
// row its test.
func TestPage(t *testing.T) {
	here, _ := thePage(t)
	rows := map[string]bool{}
	for line := range strings.SplitSeq(here, "\n") {
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
	for _, m := range slices.Concat(request, session, claims, codes, nonces, userinfoModules, watch) {
		all = append(all, m.name)
	}
	direct := regexp.MustCompile(`(?:t\.Run|run)\("([a-z-]+)"`)
	for _, file := range []string{"config_test.go", "dynamic_test.go", "logout_test.go", "channels_test.go", "watch_test.go"} {
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

// TestPageOfOthers: each row of what other tests show ends with tests that are
// there, by package and name.
func TestPageOfOthers(t *testing.T) {
	_, elsewhere := thePage(t)
	_, rows, _ := strings.Cut(elsewhere, "|---|---|---|\n")
	rows, _, _ = strings.Cut(rows, "\n\n")
	row := regexp.MustCompile("^\\| [^|]+ \\| [^|]* ?\\| ((?:`[a-z0-9/]+` `Test[A-Za-z0-9]+`(?:, )?)+) \\|$")
	named := regexp.MustCompile("`([a-z0-9/]+)` `(Test[A-Za-z0-9]+)`")
	for line := range strings.SplitSeq(rows, "\n") {
		cells := row.FindStringSubmatch(line)
		if cells == nil {
			t.Errorf("no row of requirement, specification and tests: %s", line)
			continue
		}
		for _, m := range named.FindAllStringSubmatch(cells[1], -1) {
			if !there(t, m[1], m[2]) {
				t.Errorf("docs/conformance.md names %s of %s, which is not there", m[2], m[1])
			}
		}
	}
}

// there tells whether a package has a test of that name.
func there(t *testing.T, pkg, name string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("../..", pkg, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "\nfunc "+name+"(t *testing.T)") {
			return true
		}
	}
	return false
}
