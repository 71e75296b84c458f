package sdk

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// versions names each version of hush.js that there was, with the hash of its bytes.
// Pages may keep `hush.js?v=<version>` for ever, so a version never changes.
const versions = "testdata/versions.txt"

// TestVersion: another hush.js has another version.
func TestVersion(t *testing.T) {
	raw, err := os.ReadFile(versions)
	if err != nil {
		t.Fatal(err)
	}
	f, _ := Find("hush.js")
	line := fmt.Sprintf("%s %s\n", Version, strings.Trim(f.ETag, `"`))
	switch {
	case strings.Contains(string(raw), line):
	case strings.Contains("\n"+string(raw), "\n"+Version+" "):
		t.Errorf("hush.js is another than version %s was: raise the version in package.json and src/hush.js, and run go test ./web/sdk -update twice", Version)
	case *update:
		if err := os.WriteFile(versions, append(raw, line...), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("%s lacks the line %s: go test ./web/sdk -update", versions, line)
	}
}
