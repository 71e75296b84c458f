package web

import (
	"bytes"
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"strings"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/internal/oauth"
)

// writeAnswer sends an authorization response in its mode.
func writeAnswer(w http.ResponseWriter, a *authorize.Answer) error {
	switch a.Mode {
	case oauth.ModeWebMessage:
		return writeWebMessage(w, a)
	case oauth.ModeFormPost:
		return writeFormPost(w, a)
	default:
		return writeRedirect(w, a)
	}
}

// writeRedirect answers in the query or the fragment of the redirect URI. See
// Other, because a POST with credentials must not be repeated at the app (RFC
// 9700 section 4.12).
func writeRedirect(w http.ResponseWriter, a *authorize.Answer) error {
	separator := "#"
	if a.Mode == oauth.ModeQuery {
		separator = "?"
		if a.To.HasQuery() {
			separator = "&"
		}
	}
	w.Header().Set("Location", a.To.String()+separator+encode(a.Params))
	w.WriteHeader(http.StatusSeeOther)
	return nil
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

// The parts of the response page of response_mode=web_message, around the nonce
// and the message. It posts once, to the page that frames it, else to the one
// that opened it, and only to the origin of the validated redirect URI: never to
// *. Without either it says what happened.
const webMessageHead = `<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Signing in</title>` +
	`<p id="note" hidden>`
const webMessageScript = `</p><noscript><p>This page hands the answer to the app and needs JavaScript to do so.</p></noscript>` +
	`<script nonce="`
const webMessageBody = `">(function(m,o){var to=window.parent!==window?window.parent:window.opener;` +
	`if(to){to.postMessage(m,o)}else{document.getElementById("note").hidden=false}})(`

func writeWebMessage(w http.ResponseWriter, a *authorize.Answer) error {
	response := make(map[string]any, len(a.Params))
	for _, p := range a.Params {
		response[p.Name] = p.Value
		if p.Name == "expires_in" {
			response[p.Name] = json.Number(p.Value)
		}
	}
	// json.Marshal escapes <, >, & and U+2028/9, so the text cannot leave the
	// script.
	message, err := json.Marshal(map[string]any{"type": "authorization_response", "response": response})
	if err != nil {
		return err
	}
	target, err := json.Marshal(a.To.Origin())
	if err != nil {
		return err
	}
	nonce := answerHeaders(w.Header(), a.Embedders, "'none'")
	var b bytes.Buffer
	b.Grow(len(message) + 1024)
	b.WriteString(webMessageHead)
	b.WriteString(html.EscapeString(noteFor(a)))
	b.WriteString(webMessageScript)
	b.WriteString(nonce)
	b.WriteString(webMessageBody)
	b.Write(message)
	b.WriteByte(',')
	b.Write(target)
	b.WriteString(");</script></html>\n")
	w.Write(b.Bytes()) // the browser is gone if this fails
	return nil
}

// noteFor is what a person reads who opened the answer in a window of its own.
func noteFor(a *authorize.Answer) string {
	if a.Err == nil {
		return "You are signed in. This window can be closed."
	}
	return "The app was told: " + a.Err.Description + " This window can be closed."
}

// writeFormPost answers with a form that sends itself (OAuth 2.0 Form Post
// Response Mode); without JavaScript a button does.
func writeFormPost(w http.ResponseWriter, a *authorize.Answer) error {
	nonce := answerHeaders(w.Header(), a.Embedders, a.To.FormAction())
	var b bytes.Buffer
	b.Grow(2048)
	b.WriteString(`<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Signing in</title><form method="post" action="`)
	b.WriteString(html.EscapeString(a.To.String()))
	b.WriteString(`">`)
	for _, p := range a.Params {
		b.WriteString(`<input type="hidden" name="` + html.EscapeString(p.Name) + `" value="` + html.EscapeString(p.Value) + `">`)
	}
	b.WriteString(`<noscript><p>One more step: send the answer to the app.</p><button>Continue</button></noscript></form>`)
	b.WriteString(`<script nonce="` + nonce + `">document.forms[0].submit()</script></html>` + "\n")
	w.Write(b.Bytes()) // the browser is gone if this fails
	return nil
}
