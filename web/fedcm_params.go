package web

import (
	"encoding/json"
	"net/url"
	"slices"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/internal/jose"
	"github.com/hush-sso/hush/internal/oauth"
)

// fixedParams are what params cannot say: who asks, who is meant and how the answer
// travels stands elsewhere, and nobody is asked anything.
var fixedParams = []string{"client_id", "redirect_uri", "response_mode", "prompt", "id_token_hint", "login_hint"}

// fedcmParams reads the request for authorization out of what a browser sends: the
// JSON that the page gave it as params, whose members are named as at /authorize. Until
// Chrome 145 the nonce stood beside it.
func fedcmParams(form oauth.Params) (oauth.Params, error) {
	values := url.Values{}
	if raw := form.Get("params"); raw != "" {
		var members map[string]json.RawMessage
		if jose.CheckObject([]byte(raw)) != nil || json.Unmarshal([]byte(raw), &members) != nil {
			return oauth.Params{}, oauth.Errorf(oauth.InvalidRequest, "params must be one JSON object, in which no member stands twice.")
		}
		for name, member := range members {
			if slices.Contains(fixedParams, name) {
				continue
			}
			list, ok := paramValues(name, member)
			if !ok {
				return oauth.Params{}, oauth.Errorf(oauth.InvalidRequest, "The members of params must be texts or numbers; resource may be a list of texts, claims an object.")
			}
			values[name] = list
		}
	}
	if !values.Has("nonce") && form.Get("nonce") != "" {
		values.Set("nonce", form.Get("nonce"))
	}
	return oauth.ParseParams(values.Encode()), nil
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

// handed is what the page gets: the code, or an object as the token endpoint's answer.
func handed(a *authorize.Answer) any {
	object := make(map[string]any, len(a.Params))
	for _, p := range a.Params {
		object[p.Name] = p.Value
		if p.Name == "expires_in" {
			object[p.Name] = json.Number(p.Value)
		}
	}
	if code, ok := object["code"]; ok {
		return code
	}
	return object
}
