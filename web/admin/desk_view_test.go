package admin

import (
	"bytes"
	"strings"
	"testing"
)

// TestDeskConnection: the page of who comes from elsewhere says from where.
func TestDeskConnection(t *testing.T) {
	for connection, want := range map[string]bool{"": false, "partner": true} {
		var b bytes.Buffer
		v := deskView{Template: "user", Shown: userShown{User: userView{ID: "partner|1", State: "active", Connection: connection}}}
		if err := deskTemplates["user"].ExecuteTemplate(&b, "layout.html", v); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(b.String(), "<dt>Comes from</dt><dd><code>partner</code></dd>"); got != want {
			t.Errorf("%q: %s", connection, b.String())
		}
	}
}
