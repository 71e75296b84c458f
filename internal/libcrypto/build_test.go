package libcrypto

import (
	"bytes"
	"os"
	"os/exec"
	"testing"
)

// TestBuilds: with the tag nothing that needs a libc is linked in, as for an image
// without one; without the tag it is there.
func TestBuilds(t *testing.T) {
	for tags, want := range map[string]bool{"nolibcrypto": false, "": true} {
		cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-tags="+tags, "github.com/hush-sso/hush/cmd/hush")
		cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0")
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		if got := bytes.Contains(out, []byte("ebitengine/purego/internal/fakecgo")); got != want {
			t.Errorf("tags %q: linked in: %v", tags, got)
		}
	}
}
