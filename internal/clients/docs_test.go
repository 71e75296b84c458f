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

// row is a line of the table of docs/clients.md.
type row struct{ name, anchor, version, test string }

func rows(page string) (list []row) {
	for line := range strings.Lines(page) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		name, anchor, _ := strings.Cut(strings.Trim(cells[0], " []()"), "](#")
		if last := strings.Trim(cells[len(cells)-1], " `"); strings.HasPrefix(last, "Test") && anchor != "" {
			list = append(list, row{name, anchor, strings.TrimSpace(cells[1]), last})
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

// module is what a settings file holds below its imports.
func module(t *testing.T, file string) string {
	t.Helper()
	_, text, ok := strings.Cut(string(read(t, file)), "\n\n")
	if !ok {
		t.Fatalf("%s has no imports", file)
	}
	return strings.TrimSpace(strings.ReplaceAll(text, "export ", ""))
}

// settings is what stands between the marks of an app, without indentation.
func settings(t *testing.T, file string) string {
	t.Helper()
	_, rest, _ := strings.Cut(string(read(t, file)), "// settings\n")
	text, _, ok := strings.Cut(rest, "// end\n")
	if !ok {
		t.Fatalf("%s has no marks", file)
	}
	return strings.TrimSpace(strings.ReplaceAll(text, "\n\t", "\n"))
}

// TestDocs: the table names every library that is tested, in the version that is
// tested, with its test, and the quoted settings are those of the tested app.
func TestDocs(t *testing.T) {
	page := string(read(t, "../../docs/clients.md"))
	versions := map[string]string{"go-oidc": required(t, "github.com/coreos/go-oidc/v3")}
	for _, p := range append(pinned(t, vendor), pinned(t, bundles)...) {
		versions[p.name] = p.version
	}
	var want []row
	for _, l := range libraries {
		want = append(want, row{l.name, strings.NewReplacer("@", "", "/", "").Replace(l.name), versions[l.name], "TestBrowser/" + l.slug()})
		text := section(t, page, l.name)
		for _, w := range l.ways {
			quoted := module(t, filepath.Join(apps, l.slug(), string(w)+".js"))
			if !strings.Contains(text, "```js\n"+quoted+"\n```") {
				t.Errorf("%s: the settings are not those of its app:\n%s", l.name, quoted)
			}
		}
		if line := "Redirect URIs: `" + strings.Join(l.redirects, "`, `") + "`\n"; !strings.Contains(text, line) {
			t.Errorf("%s does not say %q", l.name, line)
		}
	}
	for _, l := range serverLibraries {
		want = append(want, row{l.name, l.name, versions[l.name], "TestServer/" + l.name})
		file, lang := filepath.Join(apps, l.name, "app.js"), "js"
		if l.name == "go-oidc" {
			file, lang = "gooidc_test.go", "go"
		}
		if quoted := settings(t, file); !strings.Contains(section(t, page, l.name), "```"+lang+"\n"+quoted+"\n```") {
			t.Errorf("%s: the settings are not those of its app:\n%s", l.name, quoted)
		}
	}
	if got := rows(page); !slices.Equal(got, want) {
		t.Errorf("the table has\n%q, want\n%q", got, want)
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
