package hostile

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/hush-sso/hush/internal/browsertest"
)

// patience is how long something may take on a busy machine.
const patience = time.Minute

// site is a world on the network, an app of another origin and a browser in
// which alice is signed in.
type site struct {
	*world
	browser *browsertest.Browser
	tab     *browsertest.Tab // of the test that runs
	posted  chan url.Values  // what the app received by POST

	mu      sync.Mutex
	foreign []string // requests to neither of the two
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{world: newWorld(t, names{}), posted: make(chan url.Values, 1)}
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch "https://" + r.Host {
		case strings.TrimSuffix(issuer, "/"):
			s.ServeHTTP(w, r)
		case appOrigin:
			s.app(w, r)
		default:
			s.note("https://" + r.Host + r.URL.Path)
		}
	}))
	t.Cleanup(server.Close)
	s.browser = browsertest.New(t, browsertest.Options{HostRules: "MAP *.test " + server.Listener.Addr().String()})
	return s
}

// visit opens a tab for the test, in which nothing may happen beside its pages.
func (s *site) visit(t *testing.T) *browsertest.Tab {
	t.Helper()
	s.on(t)
	s.tab = s.browser.Tab(t)
	if _, err := chromedp.Call(s.tab.Context(), network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Listen(s.tab.Context(), func(ev any) {
		if r, ok := ev.(*network.EventRequestWillBeSent); ok && !strings.HasPrefix(r.Request.URL, "data:") &&
			!strings.HasPrefix(r.Request.URL, issuer) && !strings.HasPrefix(r.Request.URL, appOrigin+"/") {
			s.note(r.Request.URL)
		}
	}); err != nil {
		t.Fatal(err)
	}
	s.quietly(t, s.tab)
	return s.tab
}

func (s *site) note(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.foreign = append(s.foreign, url)
}

// app is a page that embeds and opens answers, and takes forms.
func (s *site) app(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	io.WriteString(w, `<!doctype html><title>App</title><link rel="icon" href="data:,"><button>Open</button><div></div>`)
	if r.Method == http.MethodPost {
		r.ParseForm()
		s.posted <- r.PostForm
		return
	}
	io.WriteString(w, `<script>
		let got;
		addEventListener("message", e => got({origin: e.origin, data: e.data}));
		const message = () => new Promise(done => { got = done });
		const framed = src => {
			const f = document.createElement("iframe"), m = message();
			f.src = src;
			document.querySelector("div").replaceChildren(f);
			return m;
		};
		const opened = src => { const m = message(); open(src, "answer", "width=400,height=400"); return m; };
		document.querySelector("button").onclick = () => { window.first = opened(window.next) };
	</script>`)
}

// structure is every element of the page with the names of its attributes.
const structure = `(() => {
	const list = [document.doctype.name];
	const walk = (n, depth) => {
		if (n.nodeType === Node.ELEMENT_NODE)
			list.push(" ".repeat(depth) + n.namespaceURI + " " + n.localName + " " + n.getAttributeNames().sort().join(" "));
		else if (n.nodeType !== Node.TEXT_NODE) list.push(" ".repeat(depth) + "node of type " + n.nodeType);
		for (const c of n.childNodes) walk(c, depth + 1);
	};
	walk(document.documentElement, 0);
	return list;
})()`

// shown is a page of the provider as a browser comes to it.
type shown struct {
	name  string
	shows func(text string) string // where the text stands in it; nil: nowhere
	open  func(s *site, text string)
}

// fitting puts a text into each parameter that takes it without another page
// coming of it.
func fitting(q url.Values, text string) url.Values {
	if !utf8.ValidString(text) {
		return q
	}
	if takes(text) {
		q.Set("state", text)
	}
	if len(text) <= 1024 {
		q.Set("nonce", text)
	}
	for _, name := range []string{"ui_locales", "display", "unknown", "error", "error_description"} {
		q.Set(name, text)
	}
	if claims, err := json.Marshal(map[string]any{"userinfo": map[string]any{atMost(text, 500): nil}}); err == nil {
		q.Set("claims", string(claims))
	}
	q.Set(atMost(text, 2000), "x")
	for _, name := range []string{"login_hint", "acr_values"} {
		if !q.Has(name) {
			q.Set(name, atMost(text, 256))
		}
	}
	return q
}

// takes tells whether a text can be a state.
func takes(text string) bool {
	return len(text) <= 4096 && utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl)
}

func (s *site) authorize(clientID, text string, pairs ...string) string {
	return issuer + "authorize?" + fitting(request(clientID, pairs...), text).Encode()
}

func pagesShown() []shown {
	visit := func(clientID string, pairs ...string) func(*site, string) {
		return func(s *site, text string) { s.tab.Goto(s.authorize(clientID, text, pairs...)) }
	}
	query := func(path string, names ...string) func(*site, string) {
		return func(s *site, text string) {
			q := fitting(url.Values{}, text)
			for _, name := range names {
				q.Set(name, text)
			}
			s.tab.Goto(issuer + path + "?" + q.Encode())
		}
	}
	return []shown{
		{"sign-in", whole, visit("app", "prompt", "login")},
		{"sign-in refused", whole, func(s *site, text string) {
			visit("app", "prompt", "login")(s, text)
			s.tab.Eval(fmt.Sprintf(`document.forms[0].username.value = %s; document.forms[0].password.value = "x"; document.forms[0].submit()`, quoted(atMost(text, 8<<10))), nil)
			s.tab.WaitEval(`document.querySelector("[aria-invalid]") && document.readyState === "complete"`, patience)
		}},
		{"account", whole, visit("app", "prompt", "select_account")},
		// A hint for nobody here is the sign-in page, a context that no sign-in reaches a refusal.
		{"consent", whole, visit("guest", "prompt", "consent", "audience", audience, "scope", "openid read write pay", "login_hint", "alice", "acr_values", "1")},
		{"no client", detailed, query("authorize", "client_id", "redirect_uri")},
		{"message without a window to send it to", nil, visit("app", "response_mode", "web_message", "prompt", "none")},
		{"not found", nil, query("nothing")},
		{"sign-out elsewhere", whole, query("v2/logout?client_id=app&returnTo=https://evil.test/&x=")},
	}
}

// quoted is a text as a JavaScript expression.
func quoted(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		fmt.Fprintf(&b, `\u{%x}`, r)
	}
	return b.String() + `"`
}

// everywhere are names that are all one text.
func everywhere(text string) names {
	return names{client: text, api: text, scope: scopeChars(text), scopeText: text, account: text, email: text}
}

const harmless = "harmless words"

// noise is what Chromium itself logs of our own pages that are errors.
var noise = regexp.MustCompile(`^error: Failed to load resource: the server responded with a status of (400|401|404) \(.*\) https://login\.hush\.test/`)

// quietly checks at the end what happened in the tab beside its pages.
func (s *site) quietly(t *testing.T, tab *browsertest.Tab) {
	t.Cleanup(func() {
		if v := tab.Violations(); len(v) > 0 {
			t.Errorf("breaches of a content security policy: %.900q", v)
		}
		if d := tab.Dialogs(); len(d) > 0 {
			t.Errorf("dialogs: %.900q", d)
		}
		for _, line := range tab.Console() {
			if !noise.MatchString(line) {
				t.Errorf("console: %.900s", line)
			}
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if len(s.foreign) > 0 {
			t.Errorf("requests to elsewhere: %.900q", s.foreign)
			s.foreign = nil
		}
	})
}

// TestChromium: the same in a browser, which also tells what a page tries.
func TestChromium(t *testing.T) {
	if testing.Short() {
		t.Skip("drives a browser")
	}
	s := newSite(t)
	t.Run("sign in", s.signIn)
	t.Run("forms", s.forms)
	t.Run("messages", s.messages)
	t.Run("pages", s.pages) // the last one signs alice out
}

func (s *site) signIn(t *testing.T) {
	tab := s.visit(t)
	tab.Goto(issuer + "authorize?" + request("app").Encode())
	tab.SetValue("#username", "alice")
	tab.SetValue("#password", "wonderland")
	tab.Click("form button")
	tab.WaitEval(fmt.Sprintf(`location.href.startsWith(%q)`, callback), patience)
}

func (s *site) pages(t *testing.T) {
	for n, p := range pagesShown() {
		t.Run(p.name, func(t *testing.T) {
			s.visit(t)
			var want []string
			s.rename(everywhere(harmless))
			p.open(s, harmless)
			s.tab.Eval(structure, &want)
			for _, v := range some(utf8Only(), n, 3) {
				s.rename(everywhere(v.text))
				p.open(s, v.text)
				s.looks(t, p, v, want)
			}
		})
	}
}

// looks compares the page at hand with the harmless one.
func (s *site) looks(t *testing.T, p shown, v value, want []string) {
	t.Helper()
	var got []string
	s.tab.Eval(structure, &got)
	if !slices.Equal(got, want) {
		i := 0
		for i < min(len(got), len(want)) && got[i] == want[i] {
			i++
		}
		t.Errorf("%s: element %d is %.200s, not %.200s", v.name, i, at(got, i), at(want, i))
	}
	if p.shows == nil {
		return
	}
	var there bool
	s.tab.Eval(fmt.Sprintf(`document.body.textContent.includes(%s)`, quoted(parsed(p.shows(v.text)))), &there)
	if !there {
		t.Errorf("%s: the page does not show it", v.name)
	}
}

// forms: what sends itself arrives as it was sent.
func (s *site) forms(t *testing.T) {
	s.visit(t)
	for _, v := range values() {
		q := request("app", "response_mode", "form_post", "prompt", "none", "state", v.text)
		s.tab.Goto(issuer + "authorize?" + q.Encode())
		select {
		case got := <-s.posted:
			arrived(t, v, got.Get("state"), got.Get("error"), len(got["state"]))
		case <-time.After(patience):
			t.Fatalf("%s: no form arrived; at %s", v.name, s.tab.URL())
		}
	}
}

// arrived checks an answer: the state as it was sent, or a refusal without it.
func arrived(t *testing.T, v value, state, refusal string, states int) {
	t.Helper()
	switch {
	case takes(v.text) && (state != v.text || refusal != "" || states != 1):
		t.Errorf("%s: %d states came, %.200q, error %q", v.name, states, state, refusal)
	case !takes(v.text) && (states != 0 || refusal != "invalid_request"):
		t.Errorf("%s: %d states came, %.200q, error %q, want a refusal", v.name, states, state, refusal)
	}
}

// messages: a page of another origin gets the answer as it was sent, whether it
// embeds the request or opens it.
func (s *site) messages(t *testing.T) {
	app := s.visit(t)
	app.Goto(appOrigin + "/")
	ask := func(v value) string {
		return issuer + "authorize?" + request("app", "response_mode", "web_message", "prompt", "none", "state", v.text).Encode()
	}
	app.Eval(fmt.Sprintf("window.next = %s", quoted(ask(value{text: harmless}))), nil)
	s.quietly(t, app.Popup(func() { app.Click("button") }))
	app.WaitEval("window.first", patience)
	for _, way := range []string{"framed", "opened"} {
		for _, v := range values() {
			var got struct {
				Origin string
				Data   struct {
					Type     string
					Response map[string]string
				}
			}
			app.Eval(way+"("+quoted(ask(v))+")", &got)
			if got.Origin+"/" != issuer || got.Data.Type != "authorization_response" {
				t.Errorf("%s: message %+v", v.name, got)
			}
			state, ok := got.Data.Response["state"]
			states := 0
			if ok {
				states = 1
			}
			arrived(t, v, state, got.Data.Response["error"], states)
		}
	}
}
