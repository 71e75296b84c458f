package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/browsertest"
	"github.com/hush-sso/hush/internal/hushtest"
)

// TestToldOfSignOut: the demo's other apps show a sign-out that they were told of,
// Orders by the provider and Classic by the browser that signs out.
func TestToldOfSignOut(t *testing.T) {
	parallel(t)
	w := newWorld(t, hushtest.Options{Localhost: true})
	w.local = true
	w.visit(t, browsertest.New(t, browsertest.Options{}), func(t *testing.T, w *world) {
		orders := w.signedInAt(w.Orders)
		classic := w.open(w.Classic)
		classic.is("signed-in")
		leaving := w.open(w.Orders)
		leaving.is("signed-in")
		leaving.Click("#signout")
		classic.is("signed-out")
		if text := classic.Text("#notice"); !strings.Contains(text, "told by front-channel logout") {
			t.Errorf("Classic says %q", text)
		}
		// Orders watches the session too, and may see it before it is told.
		orders.is("signed-out")
		if text := orders.Text("#notice"); !strings.Contains(text, "told by back-channel logout") && !strings.Contains(text, "signed_out") {
			t.Errorf("Orders says %q", text)
		}
		w.toldOf(t, "demo-orders")
		leaving.WaitEval("location.href == '"+w.Orders+"/'", patience)
	})
}

// toldOf waits until the provider has told an app of a sign-out.
func (w *world) toldOf(t *testing.T, clientID string) {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		for line := range strings.Lines(w.Log()) {
			if strings.Contains(line, `"an app was told of a sign-out"`) && strings.Contains(line, `"`+clientID+`"`) && strings.Contains(line, `"delivered"`) {
				return
			}
		}
	}
	t.Errorf("%s was not told", clientID)
}
