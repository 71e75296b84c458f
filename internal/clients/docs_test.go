package clients

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// rows reads the table of docs/clients.md: each row by the words of the header.
func rows(page string) (list []map[string]string) {
	var header []string
	for line := range strings.Lines(page) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		switch {
		case cells[0] == "Library":
			header = cells
		case len(header) > 0 && len(cells) < len(header):
			return list
		case len(header) > 0 && strings.HasPrefix(cells[0], "["):
			row := map[string]string{}
			for i, name := range header {
				row[name] = cells[i]
			}
			list = append(list, row)
		}
	}
	return list
}

// section returns the text below the heading of a library.
func section(t *testing.T, page, name string) string {
	t.Helper()
	_, rest, ok := strings.Cut(page, "\n## "+name+"\n")
	if !ok {
		t.Fatalf("docs/clients.md has no section %s", name)
	}
	text, _, _ := strings.Cut(rest, "\n## ")
	return text
}

// module quotes what a settings file holds below its imports.
func module(t *testing.T, slug string, w way) string {
	t.Helper()
	_, text, ok := strings.Cut(string(read(t, settingsFile(slug, w))), "\n\n")
	if !ok {
		t.Fatalf("the %s settings of %s have no imports", w, slug)
	}
	return "```js\n" + strings.TrimSpace(strings.ReplaceAll(text, "export ", "")) + "\n```\n"
}

// settings quotes what stands between two marks, without indentation.
func settings(t *testing.T, file string) string {
	t.Helper()
	_, rest, _ := strings.Cut(string(read(t, file)), "// settings\n")
	text, _, ok := strings.Cut(rest, "// end\n")
	if !ok {
		t.Fatalf("%s has no marks", file)
	}
	return "```go\n" + strings.TrimSpace(strings.ReplaceAll(text, "\n\t", "\n")) + "\n```\n"
}

// TestDocs: the table names every library that is tested, in the version that is
// tested, with what is tested and where; and each way's settings are quoted.
func TestDocs(t *testing.T) {
	page := string(read(t, "../../docs/clients.md"))
	versions := map[string]string{"go-oidc": required(t, "github.com/coreos/go-oidc/v3")}
	for _, p := range append(pinned(t, vendor), pinned(t, bundles)...) {
		versions[p.name] = p.version
	}
	table := rows(page)
	check := func(name, test string, ways []way, quoted func(way) string) {
		t.Helper()
		if len(table) == 0 {
			t.Errorf("%s has no row", name)
			return
		}
		row := table[0]
		table = table[1:]
		want := map[string]string{
			"Library": "[" + name + "](#" + strings.NewReplacer("@", "", "/", "").Replace(name) + ")",
			"Version": versions[name], "Test": "`" + test + "`",
		}
		for column, text := range want {
			if row[column] != text {
				t.Errorf("%s of %s is %q, want %q", column, name, row[column], text)
			}
		}
		for column, w := range map[string]way{"Refresh tokens": refresh, "DPoP": dpop, "Session watch": monitor} {
			if tested := slices.Contains(ways, w); tested == (row[column] == "no") {
				t.Errorf("%s of %s is %q; tested: %v", column, name, row[column], tested)
			}
		}
		for _, w := range ways {
			if text := quoted(w); !strings.Contains(section(t, page, name), text) {
				t.Errorf("%s: the settings are not those of its app:\n%s", name, text)
			}
		}
	}
	for _, l := range libraries {
		check(l.name, "TestBrowser/"+l.slug(), l.ways, func(w way) string { return module(t, l.slug(), w) })
		if line := "Redirect URIs: `" + strings.Join(l.redirects, "`, `") + "`\n"; !strings.Contains(section(t, page, l.name), line) {
			t.Errorf("%s does not say %q", l.name, line)
		}
	}
	for _, l := range serverLibraries {
		quoted := func(w way) string { return module(t, l.name, w) }
		if l.name == "go-oidc" {
			quoted = func(way) string { return settings(t, "gooidc_test.go") }
		}
		check(l.name, "TestServer/"+l.name, l.ways, quoted)
	}
	if len(table) > 0 {
		t.Errorf("rows of what is not tested: %v", table)
	}
}

// required is the version of a Go module that go.mod asks for.
func required(t *testing.T, path string) string {
	t.Helper()
	_, rest, ok := strings.Cut(string(read(t, "../../go.mod")), "\t"+path+" v")
	if !ok {
		t.Fatalf("go.mod does not ask for %s", path)
	}
	version, _, _ := strings.Cut(rest, "\n")
	return version
}

// TestBundles: the bundles are those that refresh.sh made, and every one is there.
func TestBundles(t *testing.T) {
	var listed []string
	for line := range strings.Lines(string(read(t, bundles+"/SHA256SUMS"))) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		got := sha256.Sum256(read(t, filepath.Join(bundles, name)))
		if hex.EncodeToString(got[:]) != sum {
			t.Errorf("%s is not what refresh.sh made", name)
		}
		listed = append(listed, name)
	}
	for _, p := range pinned(t, bundles) {
		if file, ok := strings.CutPrefix(p.rest, "bundle "); ok {
			if !slices.Contains(listed, file) {
				t.Errorf("%s is missing", file)
			}
			if _, err := os.Stat(filepath.Join(bundles, "entries", file)); err != nil {
				t.Error(err)
			}
		}
	}
}
