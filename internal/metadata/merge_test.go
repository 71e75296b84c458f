package metadata_test

import (
	"maps"
	"testing"

	"github.com/hush-sso/hush/internal/metadata"
)

// TestOver: what was written of a user counts before what the directory says, which
// stays as it is.
func TestOver(t *testing.T) {
	directory := map[string]any{"plan": "gold", "seat": 7.0, "old": true}
	got := metadata.Over(directory, map[string]any{"plan": "iron", "old": nil, "new": "x"})
	if !maps.Equal(got, map[string]any{"plan": "iron", "seat": 7.0, "new": "x"}) || len(directory) != 3 || directory["plan"] != "gold" {
		t.Errorf("%v over %v", got, directory)
	}
	if got := metadata.Over(nil, nil); got == nil || len(got) != 0 {
		t.Errorf("nothing over nothing is %v", got)
	}
}
