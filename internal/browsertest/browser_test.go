package browsertest

import (
	"bytes"
	"fmt"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
)

// site serves the kit's test pages on every *.test host and returns the rules
// that lead there.
func site(t *testing.T) (rules string) {
	t.Helper()
	mux := http.NewServeMux()
	page := func(path, html string) {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, "<!doctype html><title>kit</title>"+html)
		})
	}
	page("/host", `<iframe src="https://embedded.test/frame"></iframe><script>onmessage = e => window.seen = e.data</script>`)
	page("/form", `<form action="/seen"><label>Name <input id="name" name="name"></label><button>Send</button></form>`)
	page("/scripted", `<p id="p">plain</p><script>p.textContent = "scripted"; console.log("hello", 7)</script>`)
	page("/opener", `<button onclick="window.open('/scripted')">Open</button><script>setTimeout(() => window.blocked = open('/form') === null, 50)</script>`)
	page("/dialog", `<script>alert("first"); confirm("second"); document.title = "answered"</script>`)
	mux.HandleFunc("/plant", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "s", Value: "1", Path: "/", Secure: true, SameSite: http.SameSiteNoneMode})
	})
	mux.HandleFunc("/frame", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, err := r.Cookie("s")
		fmt.Fprintf(w, `<script>document.requestStorageAccess().then(() => true, () => false)
			.then(granted => parent.postMessage({cookie: %v, granted}, "*"))</script>`, err == nil)
	})
	mux.HandleFunc("/csp", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Content-Security-Policy", "default-src 'none'")
		fmt.Fprint(w, `<img src="/a.png"><p>policy</p>`)
	})
	mux.HandleFunc("/seen", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.URL.RawQuery) })
	s := httptest.NewTLSServer(mux)
	t.Cleanup(s.Close)
	return "MAP *.test " + s.Listener.Addr().String()
}

func TestThirdPartyCookies(t *testing.T) {
	for _, c := range []struct {
		name            string
		policy          Policy
		grant           bool
		cookie, granted bool
	}{
		{"allowed", Allowed, false, true, true},
		{"blocked", Blocked, false, false, false},
		{"blocked but granted", Blocked, true, false, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := New(t, Options{ThirdPartyCookies: c.policy, HostRules: site(t)})
			tab := b.Tab(t)
			tab.Goto("https://embedded.test/plant")
			if c.grant {
				b.GrantStorageAccess("https://host.test", "https://embedded.test")
			}
			tab.Goto("https://host.test/host")
			tab.WaitEval("window.seen", time.Minute)
			var got struct{ Cookie, Granted bool }
			tab.Eval("window.seen", &got)
			if got.Cookie != c.cookie || got.Granted != c.granted {
				t.Errorf("iframe saw %+v, want cookie %v, granted %v", got, c.cookie, c.granted)
			}
		})
	}
}

func TestActions(t *testing.T) {
	tab := New(t, Options{HostRules: site(t)}).Tab(t)
	tab.Goto("https://a.test/form")
	tab.Type("#name", "ab")
	tab.Press("c" + kb.Tab)
	var focus string
	tab.Eval("document.activeElement.tagName", &focus)
	if focus != "BUTTON" {
		t.Errorf("Tab moved the focus to %q", focus)
	}
	tab.Click("button")
	tab.WaitEval("location.pathname == '/seen'", time.Minute)
	if got := tab.Text("body"); got != "name=abc" || tab.URL() != "https://a.test/seen?name=abc" {
		t.Errorf("form sent %q, now at %s", got, tab.URL())
	}
	tab.Goto("https://a.test/form")
	tab.SetValue("#name", "set")
	tab.Press(kb.Enter) // nothing has the focus
	var value string
	tab.Eval("Promise.resolve(document.querySelector('#name').value)", &value)
	if value != "set" {
		t.Errorf("SetValue left %q", value)
	}
}

func TestCollected(t *testing.T) {
	tab := New(t, Options{HostRules: site(t)}).Tab(t)
	tab.Goto("https://a.test/scripted")
	if got := tab.Console(); !slices.Contains(got, "log: hello 7") {
		t.Errorf("console: %q", got)
	}
	tab.Goto("https://a.test/dialog")
	tab.WaitEval("document.title == 'answered'", time.Minute)
	if got := tab.Dialogs(); !slices.Equal(got, []string{"first", "second"}) {
		t.Errorf("dialogs: %q", got)
	}
	tab.Goto("https://a.test/csp")
	eventually(t, func() bool {
		return slices.Contains(tab.Violations(), "img-src https://a.test/a.png")
	}, "a violation, have %q", tab.Violations())
}

func TestPopup(t *testing.T) {
	tab := New(t, Options{HostRules: site(t)}).Tab(t)
	tab.Goto("https://a.test/opener")
	tab.WaitEval("window.blocked", time.Minute) // no gesture, no window
	pop := tab.Popup(func() { tab.Click("button") })
	pop.WaitEval("document.querySelector('#p')?.textContent == 'scripted'", time.Minute)
	if pop.URL() != "https://a.test/scripted" {
		t.Errorf("popup is at %s", pop.URL())
	}
}

func TestNoScriptDarkNarrow(t *testing.T) {
	tab := New(t, Options{HostRules: site(t), NoScript: true, Dark: true, Width: 320, Height: 500}).Tab(t)
	tab.Goto("https://a.test/scripted")
	if got := tab.Text("#p"); got != "plain" {
		t.Errorf("a script ran: %q", got)
	}
	var got []any
	tab.Eval("[innerWidth, innerHeight, matchMedia('(prefers-color-scheme: dark)').matches]", &got)
	if fmt.Sprint(got) != "[320 500 true]" {
		t.Errorf("viewport and scheme: %v", got)
	}
	path := filepath.Join(t.TempDir(), "shot.png")
	tab.Screenshot(path, false)
	shot, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if c, err := png.DecodeConfig(bytes.NewReader(shot)); err != nil || c.Width != 320 {
		t.Errorf("screenshot: %v wide, %v", c.Width, err)
	}
}

func TestCloseLeavesNoProcess(t *testing.T) {
	b := New(t, Options{HostRules: site(t)})
	b.Tab(t).Goto("https://a.test/form")
	dir := userDataDir(b)
	if len(processes(t, dir)) < 2 {
		t.Fatalf("found no processes of %s to begin with", dir)
	}
	b.Close()
	b.Close() // harmless
	eventually(t, func() bool { return len(processes(t, dir)) == 0 },
		"no process left, have %q", processes(t, dir))
}

func userDataDir(b *Browser) string {
	for _, a := range b.cmd.Args {
		if dir, ok := strings.CutPrefix(a, "--user-data-dir="); ok {
			return dir
		}
	}
	return ""
}

// processes lists the command lines that name dir, as each of Chromium's does.
func processes(t *testing.T, dir string) (found []string) {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil || len(files) == 0 {
		t.Skip("no /proc to look into")
	}
	for _, f := range files {
		line, _ := os.ReadFile(f)
		if bytes.Contains(line, []byte(dir)) {
			found = append(found, string(bytes.ReplaceAll(line, []byte{0}, []byte{' '})))
		}
	}
	return found
}

func eventually(t *testing.T, ok func() bool, format string, args ...any) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited 5s for "+format, args...)
		}
	}
}
