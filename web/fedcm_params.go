package web

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/internal/jose"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/web/page"
)

// fixedParams are what params cannot say: who asks, who is meant and how the answer
// travels stands elsewhere, and nobody is asked anything.
var fixedParams = []string{"client_id", "redirect_uri", "response_mode", "prompt", "id_token_hint", "login_hint"}

// fedcmParams reads the request for authorization out of what a browser sends: the
// JSON that the page gave it as params, whose members are named as at /authorize. Until
// Chrome 145 the nonce stood beside it.
func fedcmParams(form oauth.Params) (oauth.Params, *oauth.Error) {
	values := url.Values{}
	problem := readMembers(values, form.Get("params"))
	if !values.Has("nonce") {
		values.Set("nonce", form.Get("nonce"))
	}
	values.Set("client_id", form.Get("client_id"))
	return oauth.ParseParams(values.Encode()), problem
}

// readMembers adds the members of a JSON object as parameters.
func readMembers(values url.Values, raw string) *oauth.Error {
	if raw == "" {
		return nil
	}
	var members map[string]json.RawMessage
	if jose.CheckObject([]byte(raw)) != nil || json.Unmarshal([]byte(raw), &members) != nil {
		return oauth.Errorf(oauth.InvalidRequest, "params must be one JSON object, in which no member stands twice.")
	}
	for name, member := range members {
		if slices.Contains(fixedParams, name) {
			continue
		}
		list, ok := paramValues(name, member)
		if !ok {
			return oauth.Errorf(oauth.InvalidRequest, "The members of params must be texts or numbers; resource may be a list of texts, claims an object.")
		}
		values[name] = list
	}
	return nil
}

// paramValues reads one member as the values of a parameter.
func paramValues(name string, member json.RawMessage) ([]string, bool) {
	var text string
	var number json.Number
	var list []string
	switch {
	case json.Unmarshal(member, &text) == nil:
		return []string{text}, true
	case json.Unmarshal(member, &number) == nil:
		return []string{number.String()}, true
	case name == "resource" && json.Unmarshal(member, &list) == nil:
		return list, true
	case name == "claims" && len(member) > 0 && member[0] == '{':
		return []string{string(member)}, true
	}
	return nil, false
}

// resolveScript is the script of the page at the end of a window that a browser opened
// to go on: it hands the answer over, or ends the window without one. In any other
// window it does nothing, and the page says what happened.
const resolveScript = `(function(token){var p=window.IdentityProvider;` +
	`if(p&&token===null)p.close();else if(p)p.resolve(token).catch(function(){})})(`

// writeResolution ends such a window.
func (s *Server) writeResolution(w http.ResponseWriter, e *page.Edition, a *authorize.Answer) error {
	var token any
	if a.Err == nil {
		token = handed(a)
	}
	raw, err := json.Marshal(token) // escapes what could end the script
	if err != nil {
		return err
	}
	speak(w.Header(), e)
	nonce := answerHeaders(w.Header(), nil, "'none'")
	var b bytes.Buffer
	b.WriteString(s.words[e].begin)
	b.WriteString(`<main><p>` + s.words[e].noteFor(a) + `</p></main><script nonce="` + nonce + `">` + resolveScript)
	b.Write(raw)
	b.WriteString(");</script></html>\n")
	w.Write(b.Bytes()) // the browser is gone if this fails
	return nil
}

// handed is what the page gets: the code, or an object as the token endpoint's answer;
// of a refusal an object as its answer too (RFC 6749 section 5.2).
func handed(a *authorize.Answer) any {
	for _, p := range a.Params {
		if p.Name == "code" {
			return p.Value
		}
	}
	return json.RawMessage(appendResponse(nil, a))
}
