package sdk

import (
	"bytes"
	"compress/gzip"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write hush.js anew")

// sources in the order in which they stand in the bundle.
var sources = []string{"report.js", "page.js", "tabs.js", "libraries.js", "ladder.js", "api.js", "hush.js"}

var (
	imports  = regexp.MustCompile(`^import \{[^}]*\} from "\./\w+\.js";$`)
	trailing = regexp.MustCompile(`^(.*[;,{}()\]]) // .*$`)
)

// bundle makes one module of all: what src/hush.js exports is exported.
func bundle(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	fmt.Fprintf(&b, "// hush.js %s, Apache-2.0. Made of web/sdk/src; how it is used: docs/hush-js.md\n", Version)
	for _, name := range sources {
		raw, err := os.ReadFile(filepath.Join("src", name))
		if err != nil {
			t.Fatal(err)
		}
		block := false // within /** */
		for line := range strings.Lines(string(raw)) {
			line = strings.TrimSpace(line)
			block = block || strings.HasPrefix(line, "/**")
			ended := strings.HasSuffix(line, "*/")
			if block || line == "" || strings.HasPrefix(line, "//") || imports.MatchString(line) {
				block = block && !ended
				continue
			}
			if m := trailing.FindStringSubmatch(line); m != nil {
				line = m[1]
			}
			if name != "hush.js" {
				line = strings.TrimPrefix(line, "export ")
			}
			b.WriteString(line + "\n")
		}
	}
	return b.Bytes()
}

// TestBundle: hush.js is what its sources say, and every source is in it.
func TestBundle(t *testing.T) {
	want := bundle(t)
	if *update {
		if err := os.WriteFile("hush.js", want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("hush.js")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("hush.js is not made of src as it is: go test ./web/sdk -update")
	}
	all, err := filepath.Glob("src/*.js")
	if err != nil || len(all) != len(sources) {
		t.Errorf("src holds %d files, the bundle %d (%v)", len(all), len(sources), err)
	}
	if !bytes.Contains(got, []byte(`export const version = "`+Version+`";`)) {
		t.Errorf("hush.js does not say that it is version %s, as package.json does", Version)
	}
}

// The size that docs/hush-js.md states, in bytes: what an app's users load.
const maxSize, maxZipped = 22 << 10, 8 << 10

// TestSize: hush.js stays as small as the documentation says.
func TestSize(t *testing.T) {
	f, _ := Find("hush.js")
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	z.Write(f.Body)
	z.Close()
	t.Logf("%d bytes, %d compressed", len(f.Body), zipped.Len())
	if len(f.Body) > maxSize || zipped.Len() > maxZipped {
		t.Errorf("hush.js has %d bytes, %d compressed: more than %d and %d", len(f.Body), zipped.Len(), maxSize, maxZipped)
	}
	raw, err := os.ReadFile("../../docs/hush-js.md")
	if err != nil {
		t.Fatal(err)
	}
	if says := fmt.Sprintf("%d KB, %d KB compressed", maxSize>>10, maxZipped>>10); !strings.Contains(string(raw), says) {
		t.Errorf("docs/hush-js.md does not say %q", says)
	}
}

// TestPolicy: nothing that a content security policy or Trusted Types would stop, and
// nothing that is fetched from elsewhere.
func TestPolicy(t *testing.T) {
	f, _ := Find("hush.js")
	for _, not := range []string{"eval(", "Function(", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "srcdoc", "import ", "import(", "require("} {
		if bytes.Contains(f.Body, []byte(not)) {
			t.Errorf("hush.js has %s", not)
		}
	}
}

// node is the program; a test that needs it fails without.
func node(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("no %s found: install nodejs and npm, or run make test which installs them", name)
	}
	return path
}
