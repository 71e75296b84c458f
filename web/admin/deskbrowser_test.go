package admin_test

import (
	"bytes"
	"image/png"
	"log/slog"
	"math"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/browsertest"
	"github.com/hush-sso/hush/internal/minutes"
	"github.com/hush-sso/hush/internal/seal"
	"github.com/hush-sso/hush/web/admin"
)

// patience is more than a loaded machine needs.
const patience = time.Minute

// TestDeskInABrowser: an operator signs in, looks at each page, takes away a second factor and
// ends a session. Each page is accessible and keeps to the width of a phone, in light and dark.
func TestDeskInABrowser(t *testing.T) {
	b, keeper := factored(t)
	alice := b.signedIn("alice")
	withApp(t, keeper, "u-1")
	b.silently(alice, "desk")
	session := b.one()
	s := httptest.NewServer(b.Admin)
	t.Cleanup(s.Close)
	tab := browsertest.New(t, browsertest.Options{}).Tab(t)
	tab.Goto(s.URL + "/admin")
	inspect(t, tab, "sign-in")
	tab.Type("#token", token)
	tab.Click("main button")
	tab.Wait("nav")
	at, _, _ := strings.Cut(tab.URL(), "?")
	for _, name := range deskPages(session) {
		tab.Goto(at + name)
		if tab.Wait("nav"); !strings.HasPrefix(tab.URL(), at) {
			t.Fatalf("%s leads to %s", name, tab.URL())
		}
		inspect(t, tab, name)
	}
	tab.Emulate(1280, 800, false)
	tab.Type("#what", "alice")
	tab.Click(".find button")
	tab.WaitEval("document.querySelector('h1').textContent == 'Alice Liddell'", patience)
	tab.Click(".small summary")
	tab.Click(".small button.bad")
	tab.WaitEval("document.querySelector('.done')?.textContent == 'The second factor is taken away.'", patience)
	if set, err := keeper.Of(t.Context(), "u-1"); err != nil || set.Has() {
		t.Errorf("the second factor: %+v, %v", set, err)
	}
	tab.Click("tbody th a")
	tab.WaitEval("document.querySelector('h1').textContent.startsWith('Session')", patience)
	tab.Click("summary")
	tab.Click("button.bad")
	tab.WaitEval("document.querySelector('.done')?.textContent == 'The session is over.'", patience)
	if got := b.silently(alice, "shop"); got != "session_revoked" {
		t.Errorf("the session that was ended: %s", got)
	}
	tab.Click(".leave button")
	tab.Wait("#token")
	tab.Goto(at)
	tab.Wait("#token")
	if got := tab.Violations(); len(got) > 0 {
		t.Errorf("the policy was breached: %q", got)
	}
}

// inspect runs axe and looks for sideways scrolling, on a screen and on a phone.
func inspect(t *testing.T, tab *browsertest.Tab, name string) {
	t.Helper()
	axe, err := os.ReadFile(filepath.Join("..", "page", "testdata", "axe", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	tab.Eval("document.querySelectorAll('details').forEach(d => d.open = true)", nil)
	tab.Eval("(() => {"+string(axe)+"\n})(), 0", nil)
	for _, at := range []struct {
		width int
		dark  bool
	}{{320, false}, {1280, true}} {
		tab.Emulate(at.width, 800, at.dark)
		var found []struct{ ID, Help, Nodes string }
		tab.Eval(`axe.run({runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
			.then(r => r.violations.map(v => ({ID: v.id, Help: v.help, Nodes: v.nodes.map(n => n.html + " " + n.failureSummary).join("\n")})))`, &found)
		for _, f := range found {
			t.Errorf("%q, %d wide, dark=%v: %s: %s\n%s", name, at.width, at.dark, f.ID, f.Help, f.Nodes)
		}
		var over int
		if tab.Eval("document.scrollingElement.scrollWidth - innerWidth", &over); over > 0 {
			t.Errorf("%q scrolls sideways by %d px", name, over)
		}
	}
}

// TestDeskScreenshots makes the pictures of the documentation when HUSH_SCREENSHOTS is
// set; otherwise it only checks that they can be made.
func TestDeskScreenshots(t *testing.T) {
	dir := t.TempDir()
	if os.Getenv("HUSH_SCREENSHOTS") != "" {
		dir = filepath.Join("..", "..", "docs", "img")
	}
	s := httptest.NewServer(busy(t))
	t.Cleanup(s.Close)
	tab := browsertest.New(t, browsertest.Options{}).Tab(t)
	tab.Goto(s.URL + "/admin/")
	tab.Type("#token", token)
	tab.Click("main button")
	tab.Wait(".plot")
	tab.Eval("document.activeElement.blur()", nil)
	for _, dark := range []bool{false, true} {
		scheme := map[bool]string{false: "light", true: "dark"}[dark]
		tab.Emulate(1280, 900, dark)
		pictured(t, tab, filepath.Join(dir, "operators-"+scheme+".png"), 1280)
		tab.Emulate(320, 640, dark)
		pictured(t, tab, filepath.Join(dir, "operators-narrow-"+scheme+".png"), 320)
	}
}

// busy is the page of a node that was asked a lot in the last hours. The first page asks
// no store.
func busy(t *testing.T) *admin.API {
	t.Helper()
	keyring, err := seal.New(issuer, secret)
	if err != nil {
		t.Fatal(err)
	}
	day, now := minutes.NewDay(), time.Now()
	for m := range 6 * 60 {
		at := now.Add(-time.Duration(m) * time.Minute)
		wave := 40 + 25*math.Sin(float64(m)/50)
		for kind, n := range map[string]float64{"ok": wave, "no_session": wave / 6, "consent_required": wave / 25, "cookie_blocked": 3, "left": 1} {
			if kind == "cookie_blocked" && (m < 60 || m > 110) {
				n = 0
			}
			for range int(n) {
				day.Line(kind).Add(at)
			}
		}
	}
	return admin.New(admin.Config{Token: token, Keyring: keyring, Log: slog.New(slog.DiscardHandler), Issuer: issuer, Silent: day, SilentOf: minutes.NewDays()})
}

// pictured also looks at the result: the right width, more than one colour, and small
// enough to be kept in a repository.
func pictured(t *testing.T, tab *browsertest.Tab, path string, width int) {
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
