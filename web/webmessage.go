package web

import (
	"net/http"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/internal/literal"
	"github.com/hush-sso/hush/web/page"
)

// webMessageScript is the script of the response page of response_mode=web_message,
// but for its arguments. It posts once, to the page that frames it, else to the one
// that opened it, and only to the origin of the validated redirect URI: never to
// *. Without either it says what happened.
const webMessageScript = `(function(m,o){var to=window.parent!==window?window.parent:window.opener;` +
	`if(to){to.postMessage(m,o)}else{document.getElementById("note").hidden=false}})(`

// appendMessage appends what a page of the app is told by response_mode=web_message.
func appendMessage(b []byte, a *authorize.Answer) []byte {
	b = appendResponse(append(b, `{"type":"authorization_response","response":`...), a)
	return append(b, '}')
}

// appendResponse appends the answer as an object, for a script.
func appendResponse(b []byte, a *authorize.Answer) []byte {
	b = append(b, '{')
	for i, p := range a.Params {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(literal.Append(b, p.Name), ':')
		if p.Name == "expires_in" {
			b = append(b, p.Value...) // a number of ours
		} else {
			b = literal.Append(b, p.Value)
		}
	}
	return append(b, '}')
}

func (s *Server) writeWebMessage(w http.ResponseWriter, e *page.Edition, a *authorize.Answer) error {
	speak(w.Header(), e)
	nonce := answerHeaders(w.Header(), a.Embedders, "'none'")
	words := s.words[e]
	b := borrow()
	defer b.giveBack()
	b.WriteString(words.begin)
	b.WriteString(`<p id="note" hidden>`)
	b.WriteString(words.noteFor(a))
	b.WriteString(words.noScript)
	b.WriteString(`<script nonce="`)
	b.WriteString(nonce)
	b.WriteString(`">`)
	s.plantFrom(w.Header(), &b.Buffer, a.Ticket)
	b.WriteString(webMessageScript)
	text := appendMessage(b.AvailableBuffer(), a)
	text = append(text, ',')
	text = literal.Append(text, a.To.Origin())
	b.Write(text)
	b.WriteString(");</script></html>\n")
	return send(w, b)
}
