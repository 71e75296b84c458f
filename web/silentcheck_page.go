package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/web/page"
)

// scriptFor is what the script of the page gets.
func (s *Server) scriptFor(c *client.Client, facts browserFacts, framed bool) (string, error) {
	address := s.base + silentFactsPath + queryOf("client_id", c.ID)
	if framed {
		address += "&framed=yes"
	}
	text, err := json.Marshal(checkScript{Facts: facts, Address: address, Framed: framed, Origins: c.WebOrigins, Identity: s.identity(c)})
	return string(text), err
}

// showCheck sends the page for a window of ours.
func (s *Server) showCheck(w http.ResponseWriter, e *page.Edition, view page.Check) error {
	return show(w, e, http.StatusOK, "'self'", view, s.checkSources(view)...)
}

// checkSources lets the page's script run, and ask for facts.
func (s *Server) checkSources(view page.Check) []string {
	return []string{"script-src 'nonce-" + view.Nonce + "'", "connect-src " + s.url(silentFactsPath)}
}

// showFramed sends the page for a frame of the app's pages, and of nobody else's.
func (s *Server) showFramed(w http.ResponseWriter, e *page.Edition, c *client.Client, view page.Check) error {
	var b bytes.Buffer
	if err := e.Render(&b, view); err != nil {
		return err
	}
	h := w.Header()
	answerHeaders(h, c.WebOrigins, "'none'") // but for the policy, which has more in it
	h.Set("Content-Security-Policy", strings.Join(append([]string{"default-src 'none'", "style-src 'self'", "img-src 'self' data:", "base-uri 'none'", "form-action 'none'",
		"frame-ancestors " + ancestors(c.WebOrigins)}, s.checkSources(view)...), "; "))
	h.Set("Referrer-Policy", "same-origin")
	speak(h, e)
	w.Write(b.Bytes()) // the browser is gone if this fails
	return nil
}

// consoleCode frames the check in the corner of whatever page it is pasted into. Its
// arguments are the frame's address and our origin.
const consoleCode = `((src, provider) => {
  const frame = document.createElement("iframe");
  frame.allow = "identity-credentials-get " + provider;
  frame.style = "position:fixed;inset:auto 0 0 auto;z-index:2147483647;border:0;" +
    "width:min(34rem,100%%);height:min(46rem,100%%);box-shadow:0 0 2rem #0008";
  addEventListener("message", async ({ source, origin, data }) => {
    if (source !== frame.contentWindow || origin !== provider) return;
    if (data.type === "hush_check") console.table(data.rungs);
    if (data.type !== "hush_check_fedcm") return;
    const error = await navigator.credentials.get({ identity: data.identity }).then(() => "", String);
    source.postMessage({ type: data.type, error }, provider);
  });
  frame.src = src;
  document.body.append(frame);
})(%q, %q);`

// snippet is what a developer pastes into the console of the app's page. Both of its
// values are ASCII, which Go quotes as JavaScript does.
func (s *Server) snippet(c *client.Client) string {
	return fmt.Sprintf(consoleCode, s.url(silentFramePath)+"?client_id="+url.QueryEscape(c.ID), s.origin)
}
