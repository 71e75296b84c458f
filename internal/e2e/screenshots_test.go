package e2e

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"github.com/hush-sso/hush/internal/browsertest"
	"github.com/hush-sso/hush/internal/hushtest"
)

// TestScreenshots makes the pictures of the demo for the documentation when
// HUSH_SCREENSHOTS is set; otherwise it only checks that they can be made.
func TestScreenshots(t *testing.T) {
	dir := t.TempDir()
	if os.Getenv("HUSH_SCREENSHOTS") != "" {
		dir = filepath.Join("..", "..", "docs", "img")
	}
	onSites(t, hushtest.Options{}, browsertest.Options{}, func(t *testing.T, w *world) {
		orders := w.signedInAt(w.Orders)
		reports := w.open(w.Reports)
		reports.is("signed-out")
		reports.Click("#signin")
		reports.Click("button[value=allow]")
		reports.is("signed-in")
		for name, a := range map[string]app{"orders": orders, "reports": reports} {
			a.renew("", "")
			a.Click("#call-api")
			a.WaitEval(`document.querySelector("#api-result").dataset.status === "200"`, patience)
			a.Eval(`document.activeElement.blur()`, nil)
			away := input.DispatchMouseEventParams{Type: input.DispatchMouseEventTypeMouseMoved, X: 1, Y: 1}
			if _, err := chromedp.Call(a.Context(), input.DispatchMouseEvent, away); err != nil {
				t.Fatal(err)
			}
			for _, scheme := range []string{"light", "dark"} {
				a.Emulate(1280, 800, scheme == "dark")
				path := filepath.Join(dir, "demo-"+name+"-"+scheme+".png")
				a.Screenshot(path, true)
				file, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				c, err := png.DecodeConfig(bytes.NewReader(file))
				if err != nil || c.Width != 1280 || len(file) > 300<<10 {
					t.Errorf("%s: %d wide, %d bytes, %v", path, c.Width, len(file), err)
				}
			}
		}
	})
}
