package authorize

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/hush-sso/hush/internal/jose"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/token"
)

// wishes are what a request asks for in claims (OpenID Connect Core 1.0 section
// 5.5), as far as it means anything here.
type wishes struct {
	named    token.Requested
	subjects []string // the sub that the user must have, one of them; nil: any
	acrs     []string // the acr that the sign-in shall have, one of them; nil: any
	mustACR  bool     // that is essential
}

// readClaims takes the claims parameter. A claim that is asked for by name needs
// the consent that its scope needs, and is no scope in the answer.
func (*Service) readClaims(q *request) *oauth.Error {
	raw := q.params.Get("claims")
	if raw == "" {
		return nil
	}
	wishes, problem := parseClaims(raw)
	if problem != "" {
		return oauth.Errorf(oauth.InvalidRequest, "claims %s (OpenID Connect Core 1.0 section 5.5).", problem)
	}
	q.wishes = wishes
	// Who is not told who signed in is told nothing of them, and what scopes are
	// kept from an app it does not get by name.
	beyond := func(claim string) bool { return !q.has("openid") || !q.client.MayHave(token.ScopeOf(claim)) }
	named := &q.wishes.named
	named.IDToken, named.UserInfo = slices.DeleteFunc(named.IDToken, beyond), slices.DeleteFunc(named.UserInfo, beyond)
	q.needs = q.needs.Union(q.wishes.named.Needs())
	return nil
}

// parseClaims reads the parameter. problem continues a sentence that begins with
// its name; "" for none. Members and claims that nobody here knows are ignored,
// as the section asks.
func parseClaims(raw string) (w wishes, problem string) {
	var members map[string]json.RawMessage
	switch {
	case len(raw) > maxClaims:
		return w, fmt.Sprintf("is too long: %d bytes at most", maxClaims)
	case jose.CheckObject([]byte(raw)) != nil || json.Unmarshal([]byte(raw), &members) != nil:
		return w, "must be one JSON object, in which no member stands twice"
	}
	for name, list := range map[string]*[]string{"id_token": &w.named.IDToken, "userinfo": &w.named.UserInfo} {
		var claims map[string]json.RawMessage
		if text, there := members[name]; there && json.Unmarshal(text, &claims) != nil {
			return w, "has a member " + name + " that is no object"
		}
		for claim, text := range claims {
			one, problem := parseWish(text)
			if problem != "" {
				return w, "asks for a claim in " + name + " with " + problem
			}
			if token.ScopeOf(claim) != "" {
				*list = append(*list, claim)
			}
			if problem := w.demand(claim, name, one); problem != "" {
				return w, problem
			}
		}
		slices.Sort(*list) // a map has no order, and tokens should not differ
	}
	return w, ""
}

// wish is what is asked of one claim.
type wish struct {
	essential bool
	values    []json.RawMessage // nil: any
}

func parseWish(text json.RawMessage) (one wish, problem string) {
	var members map[string]json.RawMessage
	if json.Unmarshal(text, &members) != nil {
		return one, "something else than null or an object"
	}
	value, isOne := members["value"]
	if isOne {
		one.values = []json.RawMessage{value}
	}
	if text, there := members["essential"]; there && json.Unmarshal(text, &one.essential) != nil {
		return one, "an essential that is not true or false"
	}
	if text, there := members["values"]; there {
		if isOne || json.Unmarshal(text, &one.values) != nil || len(one.values) == 0 {
			return one, "values that are no array, or empty, or beside a value"
		}
	}
	return one, ""
}

// demand keeps what must be met: who the user is, wherever a sub stands with a
// value (section 3.1.2.2), and the acr of the ID token (section 5.5.1.1). Values
// of other claims are wishes, which change nothing.
func (w *wishes) demand(claim, member string, one wish) (problem string) {
	isSub, isACR := claim == "sub", claim == "acr" && member == "id_token"
	if !isSub && !isACR || one.values == nil {
		return ""
	}
	texts := make([]string, len(one.values))
	for i, value := range one.values {
		if string(value) == "null" || json.Unmarshal(value, &texts[i]) != nil {
			return "asks for " + claim + " with a value that is no text"
		}
	}
	if isACR {
		w.acrs, w.mustACR = texts, one.essential
		return ""
	}
	if w.subjects != nil {
		texts = slices.DeleteFunc(texts, func(sub string) bool { return !slices.Contains(w.subjects, sub) })
	}
	if w.subjects = texts; len(texts) == 0 {
		return "names different users by sub in id_token and userinfo"
	}
	return ""
}
