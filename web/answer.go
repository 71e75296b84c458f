package web

import (
	"bytes"
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"strings"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/silent"
	"github.com/hush-sso/hush/web/page"
)

// writeAnswer sends an authorization response in its mode.
func (s *Server) writeAnswer(w http.ResponseWriter, r *http.Request, a *authorize.Answer) error {
	switch a.Remedy {
	case silent.RemedyAsk:
		return s.writeStorage(w, r, a)
	case silent.RemedyRetry:
		askRetry(w.Header(), a.Embedder)
	}
	switch a.Mode {
	case oauth.ModeWebMessage:
		return s.writeWebMessage(w, s.edition(r), a)
	case oauth.ModeFormPost:
		return s.writeFormPost(w, s.edition(r), a)
	case oauth.ModeFedCM:
		return writeResolution(w, s.edition(r), a)
	default:
		return writeRedirect(w, a)
	}
}

// writeRedirect answers in the query or the fragment of the redirect URI. See
// Other, because a POST with credentials must not be repeated at the app (RFC
// 9700 section 4.12).
func writeRedirect(w http.ResponseWriter, a *authorize.Answer) error {
	w.Header().Set("Location", addressOf(a))
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// addressOf is the redirect URI with the answer in its query or fragment.
func addressOf(a *authorize.Answer) string {
	if a.Mode == oauth.ModeQuery {
		return withQuery(a.To, a.Params)
	}
	return a.To.String() + "#" + encode(a.Params)
}

// withQuery adds params to the query of a registered address.
func withQuery(to client.RedirectURI, params []oauth.Param) string {
	separator := "?"
	if to.HasQuery() {
		separator = "&"
	}
	return to.String() + separator + encode(params)
}

// encode writes a space as %20: not every app takes + for a space in a
// fragment.
func encode(params []oauth.Param) string {
	var b strings.Builder
	b.Grow(1024)
	for i, p := range params {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(p.Name)
		b.WriteByte('=')
		b.WriteString(strings.ReplaceAll(url.QueryEscape(p.Value), "+", "%20"))
	}
	return b.String()
}

// webMessageScript is the script of the response page of response_mode=web_message,
// but for its arguments. It posts once, to the page that frames it, else to the one
// that opened it, and only to the origin of the validated redirect URI: never to
// *. Without either it says what happened.
const webMessageScript = `(function(m,o){var to=window.parent!==window?window.parent:window.opener;` +
	`if(to){to.postMessage(m,o)}else{document.getElementById("note").hidden=false}})(`

// beginAnswer begins an answer page.
func beginAnswer(b *bytes.Buffer, e *page.Edition) {
	b.WriteString(`<!DOCTYPE html><html lang="` + e.Language + `" dir="` + e.Direction() + `"><meta charset="utf-8"><title>`)
	b.WriteString(html.EscapeString(e.Text("answer.title")))
	b.WriteString(`</title>`)
}

// messageOf is what a page of the app is told by response_mode=web_message.
func messageOf(a *authorize.Answer) map[string]any {
	response := make(map[string]any, len(a.Params))
	for _, p := range a.Params {
		response[p.Name] = p.Value
		if p.Name == "expires_in" {
			response[p.Name] = json.Number(p.Value)
		}
	}
	return map[string]any{"type": "authorization_response", "response": response}
}

func (s *Server) writeWebMessage(w http.ResponseWriter, e *page.Edition, a *authorize.Answer) error {
	// json.Marshal escapes <, >, & and U+2028/9, so the text cannot leave the
	// script.
	message, err := json.Marshal(messageOf(a))
	if err != nil {
		return err
	}
	target, err := json.Marshal(a.To.Origin())
	if err != nil {
		return err
	}
	speak(w.Header(), e)
	nonce := answerHeaders(w.Header(), a.Embedders, "'none'")
	var b bytes.Buffer
	b.Grow(len(message) + 1024)
	beginAnswer(&b, e)
	b.WriteString(`<p id="note" hidden>` + html.EscapeString(noteFor(e, a)) + `</p>`)
	b.WriteString(`<noscript><p>` + html.EscapeString(e.Text("answer.script")) + `</p></noscript>`)
	b.WriteString(`<script nonce="` + nonce + `">`)
	s.plantFrom(w.Header(), &b, a.Ticket)
	b.WriteString(webMessageScript)
	b.Write(message)
	b.WriteByte(',')
	b.Write(target)
	b.WriteString(");</script></html>\n")
	w.Write(b.Bytes()) // the browser is gone if this fails
	return nil
}

// noteFor is what a person reads who opened the answer in a window of its own.
func noteFor(e *page.Edition, a *authorize.Answer) string {
	if a.Err == nil {
		return e.Text("answer.done")
	}
	return e.Text("answer.refused", "error", a.Err.Description)
}

// writeFormPost answers with a form that sends itself (OAuth 2.0 Form Post
// Response Mode); without JavaScript a button does.
func (s *Server) writeFormPost(w http.ResponseWriter, e *page.Edition, a *authorize.Answer) error {
	speak(w.Header(), e)
	nonce := answerHeaders(w.Header(), a.Embedders, a.To.FormAction())
	var b bytes.Buffer
	b.Grow(2048)
	beginAnswer(&b, e)
	writeForm(&b, a.To.String(), a.Params, `<noscript><p>`+html.EscapeString(e.Text("answer.step"))+`</p><button>`+html.EscapeString(e.Text("answer.submit"))+`</button></noscript>`)
	b.WriteString(`<script nonce="` + nonce + `">`)
	s.plantFrom(w.Header(), &b, a.Ticket)
	b.WriteString(`document.forms[0].submit()</script></html>` + "\n")
	w.Write(b.Bytes()) // the browser is gone if this fails
	return nil
}

// writeForm writes a form of hidden fields, and what else it holds as HTML.
func writeForm(b *bytes.Buffer, action string, fields []oauth.Param, rest string) {
	b.WriteString(`<form method="post" action="` + html.EscapeString(action) + `">`)
	for _, p := range fields {
		b.WriteString(`<input type="hidden" name="` + html.EscapeString(p.Name) + `" value="` + html.EscapeString(p.Value) + `">`)
	}
	b.WriteString(rest + `</form>`)
}
