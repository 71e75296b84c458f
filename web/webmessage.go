package web

import (
	"encoding/json"
	"html"
	"net/http"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/web/page"
)

// webMessageScript is the script of the response page of response_mode=web_message,
// but for its arguments. It posts once, to the page that frames it, else to the one
// that opened it, and only to the origin of the validated redirect URI: never to
// *. Without either it says what happened.
const webMessageScript = `(function(m,o){var to=window.parent!==window?window.parent:window.opener;` +
	`if(to){to.postMessage(m,o)}else{document.getElementById("note").hidden=false}})(`

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

// appendMessage appends messageOf as a literal for a script.
func appendMessage(b []byte, a *authorize.Answer) []byte {
	b = append(b, `{"type":"authorization_response","response":{`...)
	for i, p := range a.Params {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendLiteral(b, p.Name)
		b = append(b, ':')
		if p.Name == "expires_in" {
			b = append(b, p.Value...) // a number of ours
		} else {
			b = appendLiteral(b, p.Value)
		}
	}
	return append(b, "}}"...)
}

func (s *Server) writeWebMessage(w http.ResponseWriter, e *page.Edition, a *authorize.Answer) error {
	speak(w.Header(), e)
	nonce := answerHeaders(w.Header(), a.Embedders, "'none'")
	words := s.wordsOf(e)
	b := borrow()
	defer b.giveBack()
	b.WriteString(words.begin)
	b.WriteString(`<p id="note" hidden>`)
	if a.Err == nil {
		b.WriteString(words.done)
	} else {
		b.WriteString(html.EscapeString(noteFor(e, a)))
	}
	b.WriteString(words.noScript)
	b.WriteString(`<script nonce="`)
	b.WriteString(nonce)
	b.WriteString(`">`)
	s.plantFrom(w.Header(), &b.Buffer, a.Ticket)
	b.WriteString(webMessageScript)
	text := appendMessage(b.AvailableBuffer(), a)
	text = append(text, ',')
	text = appendLiteral(text, a.To.Origin())
	b.Write(text)
	b.WriteString(");</script></html>\n")
	return send(w, b)
}
