package web

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"html"
	"net/http"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/web/page"
)

//go:embed script/storage.js
var storageScript string

// refusal is what the page goes on with where the browser gives no access.
type refusal struct {
	Message json.RawMessage `json:"message,omitempty"` // of web_message, for a page of Origin
	Origin  string          `json:"origin,omitempty"`
	Address string          `json:"address,omitempty"` // of query and fragment; of form_post there is a form
	Posted  bool            `json:"posted,omitempty"`  // the request came by POST, and goes again by the first form
}

// writeStorage sends the page that asks the browser for storage access, and sends
// the request once more if it gets it. The page has nothing to click on, shows in
// pages of the app only, and holds the refusal, so that it needs nobody to end.
func (s *Server) writeStorage(w http.ResponseWriter, r *http.Request, a *authorize.Answer) error {
	e := s.edition(r)
	refused := refusalOf(a)
	refused.Posted = r.Method == http.MethodPost
	args, err := json.Marshal(refused) // escapes what could end the script
	if err != nil {
		return err
	}
	speak(w.Header(), e)
	nonce := answerHeaders(w.Header(), a.Embedders, storageForms(a, refused))
	var b bytes.Buffer
	b.WriteString(s.words[e].begin)
	writeScriptless(&b, e, r, refused)
	if refused.Posted {
		again, err := body(r)
		if err != nil {
			return err
		}
		writeForm(&b, "?"+askedMarker, again.Pairs(), "")
	}
	if a.Mode == oauth.ModeFormPost {
		writeForm(&b, a.To.String(), a.Params, "")
	}
	b.WriteString(`<script nonce="` + nonce + `">(` + storageScript + `)("` + askedMarker + `",`)
	b.Write(args)
	b.WriteString(");</script></html>\n")
	w.Write(b.Bytes()) // the browser is gone if this fails
	return nil
}

func refusalOf(a *authorize.Answer) refusal {
	switch a.Mode {
	case oauth.ModeWebMessage:
		return refusal{Message: appendMessage(nil, a), Origin: a.To.Origin()}
	case oauth.ModeFormPost:
		return refusal{}
	}
	return refusal{Address: addressOf(a)}
}

// storageForms is where forms of the page may lead, if it has any.
func storageForms(a *authorize.Answer, refused refusal) string {
	if refused.Posted || a.Mode == oauth.ModeFormPost {
		return leavesUs
	}
	return "'none'"
}

// writeScriptless is how the page goes on where the frame runs no scripts: to the
// refusal, or where that needs one to the answer that says so. A POST to such an
// answer only has the words.
func writeScriptless(b *bytes.Buffer, e *page.Edition, r *http.Request, refused refusal) {
	next := refused.Address
	if next == "" && !refused.Posted {
		next = "?" + r.URL.RawQuery + "&" + askedMarker
	}
	b.WriteString("<noscript>")
	if next != "" {
		b.WriteString(`<meta http-equiv="refresh" content="0;url=` + html.EscapeString(next) + `">`)
	} else {
		b.WriteString(`<p>` + html.EscapeString(e.Text("answer.script")) + `</p>`)
	}
	b.WriteString("</noscript>")
}
