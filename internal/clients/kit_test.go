package clients

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"text/template"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/hush-sso/hush/internal/browsertest"
)

// patience is how long a condition may take on a busy machine. Nothing waits
// that long unless it fails.
const patience = time.Minute

const (
	bundles = "testdata/bundles"
	apps    = "testdata/apps"
	vendor  = "../../web/demo/static/vendor"
)

// file is the library as a module.
func (l library) file(t testing.TB) []byte {
	t.Helper()
	if l.bundle != "" {
		return read(t, filepath.Join(bundles, l.bundle))
	}
	for _, p := range pinned(t, vendor) {
		if p.name == l.name {
			script := read(t, filepath.Join(vendor, p.name+"@"+p.version, path.Base(p.rest)))
			return fmt.Appendf(script, "\nexport const { %s } = %s;\n", l.exports, l.global)
		}
	}
	t.Fatalf("no bundle of %s", l.name)
	return nil
}

// settingsFile is that of a way, or the plain one where a way only takes another
// registration.
func settingsFile(slug string, w way) string {
	file := filepath.Join(apps, slug, string(w)+".js")
	if _, err := os.Stat(file); err != nil {
		return filepath.Join(apps, slug, string(plain)+".js")
	}
	return file
}

// pin is a line of a versions.txt.
type pin struct{ name, version, rest string }

func pinned(t testing.TB, dir string) (list []pin) {
	t.Helper()
	for line := range strings.Lines(string(read(t, filepath.Join(dir, "versions.txt")))) {
		if words := strings.Fields(line); len(words) > 2 && words[0] != "#" {
			list = append(list, pin{words[0], words[1], strings.Join(words[2:], " ")})
		}
	}
	return list
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// app serves the app that uses the library in this way, at an origin. Everything
// is read once, so that a request never fails a test from another goroutine.
func (l library) app(t testing.TB, w way, issuer, origin string) http.Handler {
	t.Helper()
	config, err := json.Marshal(map[string]string{"issuer": issuer, "clientId": l.id(w), "origin": origin})
	if err != nil {
		t.Fatal(err)
	}
	modules := map[string]string{}
	for _, name := range append(l.imports, l.name) {
		modules[name] = "/lib/" + l.slug() + ".js"
	}
	imports, err := json.Marshal(map[string]any{"imports": modules})
	if err != nil {
		t.Fatal(err)
	}
	var page bytes.Buffer
	err = template.Must(template.ParseFiles(apps+"/page.html")).Execute(&page,
		map[string]string{"Config": string(config), "Imports": string(imports)})
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{
		"/": page.Bytes(), "/callback": page.Bytes(),
		"/kit.js": read(t, apps+"/kit.js"), modules[l.name]: l.file(t),
	}
	own, err := filepath.Glob(filepath.Join(apps, l.slug(), "*"))
	if err != nil || len(own) == 0 {
		t.Fatalf("no app of %s: %v", l.name, err)
	}
	for _, name := range own {
		files["/"+filepath.Base(name)] = read(t, name)
	}
	files["/settings.js"] = read(t, settingsFile(l.slug(), w))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, ok := files[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		kind := "text/html; charset=utf-8"
		if strings.HasSuffix(r.URL.Path, ".js") {
			kind = "text/javascript"
		}
		w.Header().Set("Content-Type", kind)
		w.Write(text)
	})
}

// app is a library's page in a tab.
type app struct {
	*browsertest.Tab
	t *testing.T
	b *browsertest.Browser
	library
	way    way
	base   string
	across bool // of another site than the provider
}

// is waits until the app shows the state.
func (a app) is(state string) {
	a.t.Helper()
	a.WaitEval(fmt.Sprintf(`document.body?.dataset.state === %q || document.body?.dataset.state?.startsWith("failed")`, state), patience)
	var got string
	a.Eval(`document.body.dataset.state`, &got)
	if got != state {
		a.t.Fatalf("the app is %s, want %s\n%s", got, state, strings.Join(a.Console(), "\n"))
	}
}

// tokens are what the app holds.
type tokens struct{ ID, Access, Refresh string }

func (a app) tokens() (t tokens) {
	a.t.Helper()
	a.Eval(`Promise.resolve(app.tokens())`, &t)
	return t
}

// subject reads who an ID token is about. The library has checked the rest.
func subject(t testing.TB, idToken string) string {
	t.Helper()
	parts := strings.Split(idToken, ".")
	if len(parts) != 3 {
		t.Fatalf("no ID token: %q", idToken)
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims struct{ Sub string }
	if err := json.Unmarshal(text, &claims); err != nil {
		t.Fatal(err)
	}
	return claims.Sub
}

// fill answers the sign-in form as alice, once it is there.
func fill(tab *browsertest.Tab) {
	tab.Wait("input[name=username]")
	tab.Eval(`document.querySelector("input[name=username]").value = ""`, nil) // it may be suggested
	tab.Type("input[name=username]", "alice")
	tab.Type("input[name=password]", "wonderland")
	tab.Press("\r")
}

// forget takes every cookie out of the tab's browser.
func forget(t testing.TB, tab *browsertest.Tab) {
	t.Helper()
	if _, err := chromedp.Call(tab.Context(), network.ClearBrowserCookies, cdp.Empty{}); err != nil {
		t.Fatal(err)
	}
}

func quote(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string always marshals
	}
	return string(text)
}
