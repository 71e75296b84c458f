package web

import (
	"bytes"
	"html"
	"net/http"
	"net/url"
	"strings"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/tracing"
	"github.com/hush-sso/hush/silent"
	"github.com/hush-sso/hush/web/page"
)

// writeAnswer sends an authorization response in its mode.
func (s *Server) writeAnswer(w http.ResponseWriter, r *http.Request, a *authorize.Answer) error {
	_, span := tracing.Stage(r.Context(), "answer")
	defer span.End()
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
		return s.writeResolution(w, s.edition(r), a)
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

// writeFormPost answers with a form that sends itself (OAuth 2.0 Form Post
// Response Mode); without JavaScript a button does.
func (s *Server) writeFormPost(w http.ResponseWriter, e *page.Edition, a *authorize.Answer) error {
	speak(w.Header(), e)
	nonce := answerHeaders(w.Header(), a.Embedders, leavesUs)
	words := s.words[e]
	b := borrow()
	defer b.giveBack()
	b.WriteString(words.begin)
	writeForm(&b.Buffer, a.To.String(), a.Params, words.step)
	b.WriteString(`<script nonce="`)
	b.WriteString(nonce)
	b.WriteString(`">`)
	s.plantFrom(w.Header(), &b.Buffer, a.Ticket)
	b.WriteString("document.forms[0].submit()</script></html>\n")
	return send(w, b)
}

// writeForm writes a form of hidden fields, and what else it holds as HTML.
func writeForm(b *bytes.Buffer, action string, fields []oauth.Param, rest string) {
	b.WriteString(`<form method="post" action="`)
	b.WriteString(html.EscapeString(action))
	b.WriteString(`">`)
	for _, p := range fields {
		b.WriteString(`<input type="hidden" name="`)
		b.WriteString(html.EscapeString(p.Name))
		b.WriteString(`" value="`)
		b.WriteString(html.EscapeString(p.Value))
		b.WriteString(`">`)
	}
	b.WriteString(rest)
	b.WriteString(`</form>`)
}
