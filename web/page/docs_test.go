package page

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the tables of docs/branding.md anew")

// TestReference keeps the texts in docs/branding.md as the catalogues have them.
func TestReference(t *testing.T) {
	const name = "../../docs/branding.md"
	const begin, end = "<!-- texts: written by go test ./web/page -update -->\n", "<!-- end of texts -->\n"
	page, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok1 := strings.Cut(string(page), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok1 || !ok2 {
		t.Fatalf("%s has no part for the texts", name)
	}
	want := before + begin + textTables() + "\n" + end + after
	switch {
	case string(page) == want:
	case *update:
		if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("%s is not what the catalogues say: run go test ./web/page -update", name)
	}
}

func textTables() string {
	var b strings.Builder
	german, heading := entries("de"), ""
	for i, e := range entries(english) {
		if e.heading != heading {
			heading = e.heading
			fmt.Fprintf(&b, "\n### %s\n\n| Key | English | German |\n|---|---|---|\n", heading)
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", e.key, e.text, german[i].text)
	}
	return b.String()
}

func usedByTemplate(t *testing.T, key string) bool {
	return holds(t, "templates/*.html", `"`+key+`"`)
}

// usedByWeb: the texts of errors are found there by their group.
func usedByWeb(t *testing.T, key string) bool {
	if group, ok := strings.CutPrefix(key, "error."); ok {
		name, _, _ := strings.Cut(group, ".")
		return holds(t, "../problem.go", `return "`+name+`"`)
	}
	return holds(t, "../*.go", `"`+key+`"`)
}

func holds(t *testing.T, pattern, text string) bool {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no file is %s: %v", pattern, err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(data), text) && !strings.HasSuffix(name, "_test.go") {
			return true
		}
	}
	return false
}
