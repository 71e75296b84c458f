package silent

import (
	"os"
	"strings"
	"testing"
)

// TestReasonsAreDocumented holds docs/reasons.md to the code: one row a reason,
// with its error code, in no other place and for nothing else.
func TestReasonsAreDocumented(t *testing.T) {
	doc, err := os.ReadFile("../docs/reasons.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{} // reason -> the rest of its row
	for line := range strings.SplitSeq(string(doc), "\n") {
		rest, ok := strings.CutPrefix(line, "| `")
		if !ok {
			continue
		}
		reason, rest, _ := strings.Cut(rest, "`")
		if rows[reason] != "" {
			t.Errorf("%s has two rows", reason)
		}
		rows[reason] = rest
	}
	for _, e := range Explanations() {
		row, ok := rows[string(e.Reason)]
		if !ok {
			t.Errorf("%s has no row", e.Reason)
		} else if !strings.Contains(row, "`"+e.Error+"`") {
			t.Errorf("the row of %s does not name %s", e.Reason, e.Error)
		}
		delete(rows, string(e.Reason))
	}
	for reason := range rows {
		t.Errorf("%s is documented and does not exist", reason)
	}
}
