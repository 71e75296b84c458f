package howto

import (
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/browsertest"
)

// mistake is one that the page about the first app describes: a replacement in
// the reader's files, and what they then do.
type mistake struct {
	block    string // what the page says is shown
	lib      int
	from, to string
	host     string // "" for localhost
	do       func(r *reader)
	console  bool // the text is the console's
	policy   browsertest.Policy
}

var mistakes = []mistake{
	{block: "error redirect_uri", from: "redirect_uris: [http://localhost:3000/]", to: "redirect_uris: [http://localhost:3000/callback]",
		do: func(r *reader) { r.tab.Click("#sign-in") }},
	{block: "error timeout", from: "redirect_uris: [http://localhost:3000/]", to: "redirect_uris: [http://localhost:3000/callback]"},
	{block: "error framing", host: "127.0.0.1", console: true},
	{block: "error cors", lib: 1, host: "127.0.0.1", console: true},
	{block: "error pkce", lib: 1, from: `scope: "openid`, to: `disablePKCE: true, scope: "openid`},
	{block: "error implicit", lib: 2, from: "    grant_types: [implicit]\n    response_types: [\"id_token token\", id_token, token]\n"},
	{block: "error audience", from: `audience: "https://api.example.com"`, to: `audience: "https://api.example.com/"`},
	{block: "error issuer", lib: 2, from: `__token_issuer: "http://localhost:8080/"`, to: `__token_issuer: "http://localhost:8080"`,
		do: (*reader).signIn},
	{block: "error returnTo", from: `returnTo: "http://localhost:3000/"`, to: `returnTo: "http://localhost:3000"`,
		do: func(r *reader) {
			r.signIn()
			r.who("Signed in as Alice Example")
			r.tab.Click("#sign-out")
		}},
	{block: "error cookies", from: "http://localhost:3000/", to: "http://127.0.0.1:3000/", host: "127.0.0.1", policy: browsertest.Blocked,
		do: func(r *reader) {
			r.signIn()
			r.who("Signed in as Alice Example")
			r.tab.Click("#renew")
		}},
}

// TestMistakes makes each of them and reads what is shown.
func TestMistakes(t *testing.T) {
	if testing.Short() {
		t.Skip("drives a browser")
	}
	for _, m := range mistakes {
		t.Run(m.block, func(t *testing.T) {
			t.Parallel()
			replaced := m.from == ""
			r := prepare(t, libraries[m.lib], func(_, text string) string {
				if replaced = replaced || strings.Contains(text, m.from); m.from == "" {
					return text
				}
				return strings.ReplaceAll(text, m.from, m.to)
			}, m.policy)
			if !replaced {
				t.Fatalf("the page has no %s", m.from)
			}
			host := m.host
			if host == "" {
				host = "localhost"
			}
			r.tab.Goto("http://" + host + ":" + r.ports["3000"] + "/")
			if m.do != nil {
				m.do(r)
			}
			for line := range strings.Lines(r.here(block(t, "first-app.md", m.block))) {
				r.shows(strings.TrimSpace(line), m.console)
			}
		})
	}
}

// shows waits until the page, or the console, says this.
func (r *reader) shows(text string, console bool) {
	r.t.Helper()
	if !console {
		r.tab.WaitEval("document.body?.innerText.includes("+quote(text)+")", patience)
		return
	}
	r.eventually("the console to say "+text, func() bool {
		return strings.Contains(strings.Join(r.tab.Console(), "\n"), text)
	})
}
