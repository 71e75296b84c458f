package sdk

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestPack: npm packs what browsers get from the provider, the types, the sources and
// nothing else, and an app that installed it imports it by its name.
func TestPack(t *testing.T) {
	files := packed(t)
	want := []string{"package/LICENSE", "package/README.md", "package/hush.d.ts", "package/hush.js", "package/package.json"}
	for _, name := range sources {
		want = append(want, "package/src/"+name)
	}
	var got []string
	for name := range files {
		got = append(got, name)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the package holds %q, want %q", got, want)
	}
	for _, name := range []string{"hush.js", "hush.d.ts"} {
		if f, _ := Find(name); !bytes.Equal(files["package/"+name], f.Body) {
			t.Errorf("%s of the package is not what the provider serves", name)
		}
	}

	home := filepath.Join(t.TempDir(), "node_modules", "@hush-sso", "hush")
	for name, body := range files {
		path := filepath.Join(home, strings.TrimPrefix(name, "package/"))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, body, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(node(t, "node"), "--input-type=module", "--eval",
		`import { hush, rungs, version } from "@hush-sso/hush"; console.log(version, typeof hush, rungs.length)`)
	cmd.Dir = filepath.Join(home, "../../..")
	out, err := cmd.CombinedOutput()
	if said := strings.TrimSpace(string(out)); err != nil || said != Version+" function 8" {
		t.Errorf("an app that imports it says %q, %v", said, err)
	}
}

// packed is what npm pack makes, by name.
func packed(t *testing.T) map[string][]byte {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.Command(node(t, "npm"), "pack", "--silent", "--offline", "--pack-destination", dir)
	cmd.Env = append(os.Environ(), "npm_config_cache="+t.TempDir(), "npm_config_update_notifier=false")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("npm pack: %v\n%s", err, out)
	}
	f, err := os.Open(filepath.Join(dir, "hush-sso-hush-"+Version+".tgz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for archive := tar.NewReader(z); ; {
		h, err := archive.Next()
		if err == io.EOF {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		if files[h.Name], err = io.ReadAll(archive); err != nil {
			t.Fatal(err)
		}
	}
}
