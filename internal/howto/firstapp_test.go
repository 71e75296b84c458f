package howto

import (
	"bufio"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/browsertest"
)

// library is one section of the page about the first app.
type library struct {
	name    string // of the blocks
	client  string // the block with its entry under clients; "" for that of hush.yaml
	id      string // its client id
	warns   string // what hush check counts
	install string // the block that fetches the library
	build   string // what the block copies, from node_modules
	vendor  string // where that file stands in this repository
	pages   map[string]string
}

var libraries = []library{
	{
		name: "auth0-spa-js", id: "my-app", warns: "2 warnings", install: "library spa",
		build:  "@auth0/auth0-spa-js/dist/auth0-spa-js.production.js",
		vendor: "@auth0/auth0-spa-js@2.28.3/auth0-spa-js.production.js",
		pages:  map[string]string{"index.html": "spa.html"},
	},
	{
		name: "oidc-client-ts", client: "oidc client", id: "my-oidc-app", warns: "2 warnings", install: "library oidc",
		build:  "oidc-client-ts/dist/browser/oidc-client-ts.min.js",
		vendor: "oidc-client-ts@3.5.0/oidc-client-ts.min.js",
		pages:  map[string]string{"index.html": "oidc.html", "silent.html": "silent.html"},
	},
	{
		name: "auth0-js", client: "classic client", id: "my-classic-app", warns: "3 warnings", install: "library classic",
		build:  "auth0-js/dist/auth0.min.js",
		vendor: "auth0-js@10.2.1/auth0.min.js",
		pages:  map[string]string{"index.html": "classic.html"},
	},
}

// reader is somebody who follows docs/first-app.md with one library, and the
// browser that looks at what came of it.
type reader struct {
	*place
	lib    library
	checks string // what hush check said
	hush   *process
	tab    *browsertest.Tab
}

// follow does what the page says, up to the point where the app can be opened.
func follow(t *testing.T, lib library) *reader {
	t.Helper()
	return prepare(t, lib, func(_, text string) string { return text }, browsertest.Allowed)
}

// prepare is follow for a reader whose files differ by what edit does to them,
// and for a browser with this policy.
func prepare(t *testing.T, lib library, edit func(file, text string) string, policy browsertest.Policy) *reader {
	t.Helper()
	r := &reader{place: newPlace(t), lib: lib}
	save := func(file, text string) { r.write(file, edit(file, text)) }
	config := block(t, "first-app.md", "hush.yaml")
	if lib.client != "" {
		config += block(t, "first-app.md", lib.client)
	}
	save("hush.yaml", config)
	r.checks = r.shell(block(t, "first-app.md", "run"))
	r.vendored()
	for file, name := range lib.pages {
		save("app/"+file, block(t, "first-app.md", name))
	}
	r.serveApp()
	r.hush = r.serve("hush.yaml", "9090")
	r.tab = browsertest.New(t, browsertest.Options{ThirdPartyCookies: policy}).Tab(t)
	return r
}

// vendored puts the library where npm would, then runs the block that copies
// it.
func (r *reader) vendored() {
	r.t.Helper()
	raw, err := os.ReadFile(filepath.Join("../../web/demo/static/vendor", r.lib.vendor))
	if err != nil {
		r.t.Fatal(err)
	}
	path := filepath.Join(r.dir, "node_modules", r.lib.build)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		r.t.Fatal(err)
	}
	var commands strings.Builder
	for line := range strings.Lines(block(r.t, "first-app.md", r.lib.install)) {
		if !strings.HasPrefix(line, "npm install ") {
			commands.WriteString(line)
		}
	}
	r.shell(commands.String())
}

// serveApp serves the folder app at the app's origin.
func (r *reader) serveApp() {
	r.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:"+r.ports["3000"])
	if err != nil {
		r.t.Fatal(err)
	}
	s := &http.Server{Handler: http.FileServer(http.Dir(filepath.Join(r.dir, "app")))}
	go s.Serve(l)
	r.t.Cleanup(func() { s.Close() })
}

// who waits until the app says who is signed in.
func (r *reader) who(want string) {
	r.t.Helper()
	r.tab.WaitEval(`document.querySelector("#who")?.textContent === `+quote(want), patience)
}

// result waits until the app shows a result that begins like this.
func (r *reader) result(want string) {
	r.t.Helper()
	r.tab.WaitEval(`document.querySelector("#result")?.textContent.startsWith(`+quote(want)+`)`, patience)
}

func quote(s string) string {
	raw, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string always marshals
	}
	return string(raw)
}

// signIn fills in the form of the provider.
func (r *reader) signIn() {
	r.t.Helper()
	r.tab.Click("#sign-in")
	r.tab.Wait("input[name=username]")
	r.tab.Type("input[name=username]", "alice")
	r.tab.Type("input[name=password]", "wonderland")
	r.tab.Press("\r")
}

// entry is a log line of a request.
type entry struct {
	Endpoint, Client, Result, Reason string
	Silent                           bool
}

// requests returns what a node logged of an app.
func (s *process) requests(client string) (list []entry) {
	for lines := bufio.NewScanner(strings.NewReader(s.out.String())); lines.Scan(); {
		var e entry
		if json.Unmarshal(lines.Bytes(), &e) == nil && e.Endpoint != "" && e.Client == client {
			list = append(list, e)
		}
	}
	return list
}

// silent counts the silent requests of the app with this result.
func (r *reader) silent(result string) (n int) {
	for _, e := range r.hush.requests(r.lib.id) {
		if e.Silent && e.Endpoint == "authorize" && e.Result == result {
			n++
		}
	}
	return n
}

// api starts the API of a block.
func (p *place) api(name string) {
	p.t.Helper()
	p.write(name, block(p.t, "first-app.md", name))
	path, args := "node", []string{name}
	if strings.HasSuffix(name, ".go") {
		path, args = filepath.Join(p.dir, "api"), nil
		if err := build(path, filepath.Join(p.dir, name)); err != nil {
			p.t.Fatal(err)
		}
	}
	p.start(path, args...).until(p.local("4000")+"/orders", http.StatusUnauthorized)
}

// TestFirstApp follows the page with each library, in a browser.
func TestFirstApp(t *testing.T) {
	if testing.Short() {
		t.Skip("drives a browser")
	}
	for _, lib := range libraries {
		t.Run(lib.name, func(t *testing.T) {
			t.Parallel()
			r := follow(t, lib)
			if !strings.Contains(r.checks, lib.warns) {
				t.Errorf("hush check: %s", r.checks)
			}
			r.place.api("api.go")
			r.tab.Goto(r.local("3000") + "/")
			r.who("Signed out")
			r.result("login_required: No one is signed in: the request carried no session cookie.")
			r.tab.Click("#sign-in")
			if got := r.tab.Text("h1"); got != "Sign in to My app" {
				t.Errorf("the page says %q", got)
			}
			r.tab.Goto(r.local("3000") + "/")
			r.who("Signed out")
			r.signIn()
			r.who("Signed in as Alice Example")

			renewals := r.silent("ok")
			r.tab.Eval(`document.querySelector("#result").textContent = ""`, nil)
			r.tab.Click("#renew")
			r.result("Renewed")
			r.eventually("one more silent answer in the log", func() bool { return r.silent("ok") == renewals+1 })
			r.tab.Click("#call-api")
			r.result("200 orders of alice")
			r.tab.Goto(r.local("3000") + "/")
			r.who("Signed in as Alice Example") // tokens were in memory

			r.tab.Click("#sign-out")
			r.who("Signed out")
			r.result("login_required: The user signed out.")
			if at := r.tab.URL(); at != r.local("3000")+"/" {
				t.Errorf("after the sign-out at %s", at)
			}
			if v := r.tab.Violations(); len(v) > 0 {
				t.Errorf("breaches of a content security policy: %q", v)
			}
		})
	}
}

// TestFirstAppConsent: without first_party the user is asked once.
func TestFirstAppConsent(t *testing.T) {
	if testing.Short() {
		t.Skip("drives a browser")
	}
	t.Parallel()
	r := prepare(t, libraries[0], func(_, text string) string {
		return strings.Replace(text, "    first_party: true              # yours: nobody is asked for consent\n", "", 1)
	}, browsertest.Allowed)
	r.tab.Goto(r.local("3000") + "/")
	r.who("Signed out")
	r.signIn()
	r.tab.Wait("button[value=allow]")
	if text := r.tab.Text("main"); !strings.Contains(text, "See your orders") {
		t.Errorf("the consent page: %s", text)
	}
	r.tab.Click("button[value=allow]")
	r.who("Signed in as Alice Example")
	r.tab.Click("#renew")
	r.result("Renewed")
}
