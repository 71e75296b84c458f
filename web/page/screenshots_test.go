package page

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/hush-sso/hush/internal/browsertest"
)

// TestScreenshots makes the pictures of the documentation when
// HUSH_SCREENSHOTS is set; otherwise it only checks that they can be made.
func TestScreenshots(t *testing.T) {
	dir := t.TempDir()
	if os.Getenv("HUSH_SCREENSHOTS") != "" {
		dir = filepath.Join("..", "..", "docs", "img")
	}
	base, _ := show(t)
	tab := browsertest.New(t, browsertest.Options{}).Tab(t)
	for file, view := range map[string]string{
		"sign-in": "view/login", "sign-in-remember": "view/login-remember", "select": "view/select", "consent": "view/consent", "error": "view/error", "sign-out": "view/sign-out", "signed-out": "view/signed-out",
		"branded-sign-in": "brand/login-error", "account": "view/account", "password": "view/password", "consent-unverified": "view/consent-stranger",
	} {
		tab.Goto(base + "/" + view)
		settle(tab)
		tab.Eval("document.activeElement.blur()", nil) // a caret blinks
		for _, dark := range []bool{false, true} {
			scheme := map[bool]string{false: "light", true: "dark"}[dark]
			tab.Emulate(1280, 800, dark)
			take(t, tab, filepath.Join(dir, file+"-"+scheme+".png"), 1280)
			tab.Emulate(320, 640, dark)
			take(t, tab, filepath.Join(dir, file+"-narrow-"+scheme+".png"), 320)
		}
	}
}

// take also looks at the result: the right width, more than one colour, and
// small enough to be kept in a repository.
func take(t *testing.T, tab *browsertest.Tab, path string, width int) {
	t.Helper()
	tab.Screenshot(path, width < 1280)
	shot, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		t.Fatal(err)
	}
	colours := make(map[any]bool)
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			colours[img.At(x, y)] = true
		}
	}
	if img.Bounds().Dx() != width || len(colours) < 20 || len(shot) > 200<<10 {
		t.Errorf("%s: %v, %d colours, %d bytes", path, img.Bounds(), len(colours), len(shot))
	}
}
