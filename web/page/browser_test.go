package page

import (
	_ "embed"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
	"github.com/hush-sso/hush/internal/browsertest"
)

//go:embed testdata/axe/axe.min.js
var axe string

// policy is what the pages promise to work under.
const policy = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// policyOf is that of a sample.
func policyOf(name string) string {
	if strings.Contains(name, "passkey") || strings.HasPrefix(name, "farewell") || strings.HasPrefix(name, "check") {
		return policy + "; script-src 'nonce-" + nonce + "'"
	}
	return policy
}

// show serves each sample at /<edition>/<name> and what its forms post on posted.
// The edition view is Hush's own in English, brand an operator's in German.
func show(t *testing.T) (base string, posted chan url.Values) {
	t.Helper()
	posted = make(chan url.Values, 1)
	editions := map[string]*Edition{"view": Hush().ForDevelopers(), "brand": branded(t, nil), "words": branded(t, wordy)}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		edition, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		e := editions[edition]
		switch {
		case r.Method == http.MethodPost:
			r.ParseForm()
			posted <- r.PostForm
			fmt.Fprint(w, "posted")
		case e != nil:
			if forDevelopers(name) {
				e = e.brand.ForDevelopers()
			}
			w.Header().Set("Content-Security-Policy", policyOf(name))
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			e.Render(w, samples(e)[name])
		default: // the names hold a hash, so that no two files have one
			for _, e := range editions {
				if _, exact := e.brand.find(r.URL.Path); exact {
					e.brand.Static().ServeHTTP(w, r)
					return
				}
			}
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL, posted
}

// wordy makes every text one word without a place to break, and the name long.
func wordy(o *Branding) {
	o.Name, o.Logo, o.Texts = strings.Repeat("Straßenverkehrs", maxName/15), nil, map[string]map[string]string{"de": {}}
	for key, m := range catalogs["de"] {
		text := "Rechtsschutzversicherungsgesellschaftenaufsichtsbehörde"
		for _, name := range m.names() {
			text += "{" + name + "}"
		}
		o.Texts["de"][key] = text
	}
}

func names() []string {
	var all []string
	for name := range samples(Hush().ForDevelopers()) {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// screen is how a page is looked at.
type screen struct {
	edition string
	width   int
	dark    bool
}

// TestAccessible looks at every page of Hush on every screen, and at those of a
// brand in German where they differ most.
func TestAccessible(t *testing.T) {
	base, _ := show(t)
	tab := browsertest.New(t, browsertest.Options{}).Tab(t)
	screens := []screen{
		{"view", 320, false}, {"view", 320, true}, {"view", 1280, false}, {"view", 1280, true},
		{"brand", 320, false}, {"brand", 1280, true},
	}
	for _, name := range names() {
		at := ""
		for _, s := range screens {
			if s.edition == "brand" && forDevelopers(name) {
				continue
			}
			if page := base + "/" + s.edition + "/" + name; page != at {
				tab.Goto(page)
				at = page
			}
			tab.Emulate(s.width, 800, s.dark)
			t.Run(fmt.Sprintf("%s/%s/%d/dark=%v", name, s.edition, s.width, s.dark), func(t *testing.T) { audit(t, tab) })
		}
	}
	if got := tab.Violations(); len(got) > 0 {
		t.Errorf("the policy was breached: %q", got)
	}
}

// TestBrandOnScreen: no text of an operator is too long a word for a phone, and
// logo and accent colour reach the screen under the pages' own policy.
func TestBrandOnScreen(t *testing.T) {
	base, _ := show(t)
	tab := browsertest.New(t, browsertest.Options{}).Tab(t)
	tab.Emulate(320, 640, false)
	for _, name := range names() {
		tab.Goto(base + "/words/" + name)
		if over := overflow(tab); over > 0 {
			t.Errorf("%s scrolls sideways by %d px", name, over)
		}
	}
	tab.Goto(base + "/brand/login")
	tab.WaitEval("document.querySelector('.logo').naturalWidth == 190", time.Minute)
	var button, lang string
	tab.Eval("getComputedStyle(document.querySelector('.primary')).backgroundColor", &button)
	tab.Eval("document.documentElement.lang + ' ' + document.querySelector('.logo').alt", &lang)
	if button != "rgb(255, 196, 0)" || lang != "de Example Ltd" {
		t.Errorf("the button is %s, the page %q", button, lang)
	}
	if got := tab.Violations(); len(got) > 0 {
		t.Errorf("the policy was breached: %q", got)
	}
}

// TestAuditSees makes sure that a silent auditor is not taken for a good page.
func TestAuditSees(t *testing.T) {
	base, _ := show(t)
	tab := browsertest.New(t, browsertest.Options{}).Tab(t)
	tab.Goto(base + "/view/login")
	tab.Eval("document.querySelector('h1').style.color = '#ddd'; document.querySelector('label').remove()", nil)
	var ids []string
	for _, f := range findings(tab) {
		ids = append(ids, f.ID)
	}
	if !slices.Contains(ids, "color-contrast") || !slices.Contains(ids, "label") {
		t.Errorf("axe saw only %q", ids)
	}
}

// audit runs axe with every detail open, and looks for sideways scrolling.
func audit(t *testing.T, tab *browsertest.Tab) {
	t.Helper()
	tab.Eval("document.querySelectorAll('details').forEach(d => d.open = true)", nil)
	for _, f := range findings(tab) {
		t.Errorf("%s: %s\n%s", f.ID, f.Help, f.Nodes)
	}
	if over := overflow(tab); over > 0 {
		t.Errorf("scrolls sideways by %d px", over)
	}
}

// overflow is by how many pixels a page scrolls sideways.
func overflow(tab *browsertest.Tab) (px int) {
	tab.Eval("document.querySelectorAll('details').forEach(d => d.open = true), document.scrollingElement.scrollWidth - innerWidth", &px)
	return px
}

type finding struct{ ID, Help, Nodes string }

// findings are axe's violations, and what it could not decide.
func findings(tab *browsertest.Tab) (found []finding) {
	tab.Eval("window.axe || ("+scripted+"), 0", nil)
	tab.Eval(`axe.run({runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
		.then(r => r.violations.concat(r.incomplete).map(v => ({ID: v.id, Help: v.help,
			Nodes: v.nodes.map(n => n.html + " " + n.failureSummary).join("\n")})))`, &found)
	return found
}

// scripted is axe as one expression: the policy lets no script element in, but
// the debugger is not bound by it.
var scripted = "(() => {" + axe + "\n})()"

func TestKeyboardOrder(t *testing.T) {
	base, _ := show(t)
	tab := browsertest.New(t, browsertest.Options{}).Tab(t)
	for name, want := range map[string][]string{
		"login":  {"User name", "Password", "Sign in"}, // the first has the focus from the start
		"select": {"Continue as Alice Liddell alice@example.com", "Continue as Bob Mason", "Sign in as Carol carol@example.com Signed out", "Use another account"},
		// The first field is filled in, so the password has the focus.
		"login-remember": {"Password", "Keep me signed in", "Sign in"},
		"consent":        {"Not you?", "Allow", "Don’t allow"},
		"error":          {"Details for the developer"},
		"signed-out":     {"Back to Orders"},
	} {
		t.Run(name, func(t *testing.T) {
			tab.Goto(base + "/view/" + name)
			settle(tab)
			var got []string
			for i := range want {
				if i > 0 || !strings.HasPrefix(name, "login") {
					tab.Press(kb.Tab)
				}
				got = append(got, focused(tab))
			}
			if !slices.Equal(got, want) {
				t.Errorf("focus went through %q, want %q", got, want)
			}
		})
	}
}

// settle waits until autofocus has been acted upon, which takes a frame.
func settle(tab *browsertest.Tab) {
	tab.WaitEval("!document.querySelector('[autofocus]') || document.activeElement.matches('[autofocus]')", time.Minute)
}

// focused names the element that has the focus, and says when that cannot be seen.
func focused(tab *browsertest.Tab) (name string) {
	tab.Eval(`(e => (e.labels?.[0] ?? e).textContent.replace(/\s+/g, " ").trim().replace(/^[ABC] (?=Continue|Sign in as)/, "")
		+ (getComputedStyle(e).outlineStyle == "solid" ? "" : " (no ring)"))(document.activeElement)`, &name)
	return name
}

func TestFormsWithoutScript(t *testing.T) {
	base, posted := show(t)
	tab := browsertest.New(t, browsertest.Options{NoScript: true}).Tab(t)
	for _, c := range []struct{ view, click, want string }{
		{"login", ".primary", "password=wonder+land&request=c2VhbGVk&username=alice"},
		{"login-remember", ".primary", "password=wonder+land&remember=yes&request=c2VhbGVk&username=alice"},
		{"select", "[value='3']", "account=3&request=c2VhbGVk"},
		{"select", "[value=other]", "account=other&request=c2VhbGVk"},
		{"consent", "[value=allow]", "action=allow&request=c2VhbGVk"},
		{"consent", "[value=deny]", "action=deny&request=c2VhbGVk"},
	} {
		t.Run(c.view+" "+c.click, func(t *testing.T) {
			tab.Goto(base + "/view/" + c.view)
			if c.view == "login" {
				tab.Type("#username", "alice")
			}
			if strings.HasPrefix(c.view, "login") {
				tab.Type("#password", "wonder land")
			}
			tab.Click(c.click)
			if got := (<-posted).Encode(); got != c.want {
				t.Errorf("posted %s, want %s", got, c.want)
			}
		})
	}
}
