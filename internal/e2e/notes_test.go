package e2e

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"

	"github.com/hush-sso/hush/internal/browsertest"
	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
)

const notesID = "notes"

// notes is an app that is rendered on its server: it shows what came to its
// redirect URI. Everywhere it is another site than the provider, on localhost
// by its name 127.0.0.1.
// other is a second origin of the same app.
type notes struct{ base, other, issuer string }

func newNotes(s *hushtest.Site) *notes {
	n := &notes{issuer: s.Issuer}
	n.base = strings.Replace(s.Serve("app.notes.test", n), "localhost", "127.0.0.1", 1)
	n.other = strings.Replace(s.Serve("app.beside.test", n), "localhost", "127.0.0.1", 1)
	return n
}

func (n *notes) spec() client.Spec {
	return client.Spec{
		ID: notesID, Name: "Notes", FirstParty: true, RedirectURIs: []string{n.callback(), n.near() + "/callback", n.other + "/callback"},
		GrantTypes: []string{"authorization_code", "implicit"}, ResponseTypes: []string{"code", "id_token"},
	}
}

func (n *notes) callback() string { return n.base + "/callback" }

// near is the app where its pages are of the provider's site, if there is such a
// name: on localhost.
func (n *notes) near() string { return strings.Replace(n.base, "127.0.0.1", "localhost", 1) }

func (n *notes) request(over ...string) url.Values { return request(notesID, n.callback(), over...) }

// answer is what the redirect URI received.
type answer struct {
	Method string
	Params url.Values
}

func (n *notes) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprint(w, `<!doctype html><title>Notes</title><link rel="icon" href="data:,">`)
	switch r.URL.Path {
	case "/callback":
		a := answer{r.Method, r.URL.Query()}
		if r.Method == http.MethodPost {
			r.ParseForm()
			a.Params = r.PostForm
		}
		text, _ := json.Marshal(a)
		fmt.Fprintf(w, `<pre id="answer">%s</pre>`, html.EscapeString(string(text)))
	case "/asks":
		// Asks the first frame beside it what its parent tells it to, and tells what it hears.
		fmt.Fprint(w, `<script>addEventListener("message", e => e.source === parent ?
			parent.frames[0].postMessage(e.data.ask, e.data.at) : parent.postMessage({heard: e.data}, "*"))</script>`)
	case "/post":
		fmt.Fprintf(w, `<form method="post" action="%sauthorize">`, html.EscapeString(n.issuer))
		for name, values := range n.request() {
			fmt.Fprintf(w, `<input type="hidden" name="%s" value="%s">`, name, html.EscapeString(values[0]))
		}
		fmt.Fprint(w, `<button id="post">Sign in</button></form>`)
	}
}

// received waits until the tab shows the answer that notes received.
func (w *world) received(tab *browsertest.Tab) answer {
	w.t.Helper()
	tab.WaitEval(`document.querySelector("#answer")`, patience)
	var a answer
	if err := json.Unmarshal([]byte(tab.Text("#answer")), &a); err != nil {
		w.t.Fatal(err)
	}
	if got := a.Params.Get("state"); got != "st" {
		w.t.Errorf("state = %q", got)
	}
	if got := a.Params.Get("iss"); got != w.Issuer {
		w.t.Errorf("iss = %q", got)
	}
	return a
}

// claims redeems the code of an answer and returns the ID token's claims.
func (w *world) claims(a answer) (c struct {
	Sub, SID, Nonce string
	AuthTime        int64 `json:"auth_time"`
}) {
	w.t.Helper()
	web := http.Client{Transport: w.Transport()}
	res, err := web.PostForm(w.Issuer+"oauth/token", url.Values{
		"grant_type": {"authorization_code"}, "client_id": {notesID}, "redirect_uri": {w.notes.callback()},
		"code": {a.Params.Get("code")}, "code_verifier": {verifier},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	var body struct {
		IDToken string `json:"id_token"`
		Error   string
	}
	if err := json.NewDecoder(res.Body).Decode(&body); err != nil || body.IDToken == "" {
		w.t.Fatalf("token endpoint: %d %q %v, answer %v", res.StatusCode, body.Error, err, a)
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(body.IDToken, ".")[1])
	if err == nil {
		err = json.Unmarshal(payload, &c)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}
