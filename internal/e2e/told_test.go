package e2e

import (
	"strings"
	"testing"

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
		for how, a := range map[string]app{"back-channel": orders, "front-channel": classic} {
			a.is("signed-out")
			if text := a.Text("#notice"); !strings.Contains(text, "told by "+how+" logout") {
				t.Errorf("%s: the app says %q", how, text)
			}
		}
		leaving.WaitEval("location.href == '"+w.Orders+"/'", patience)
	})
}
