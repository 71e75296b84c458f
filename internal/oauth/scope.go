package oauth

import (
	"slices"
	"strings"
)

// ScopeOpenID makes a request one of OpenID Connect (Core 1.0 section 3.1.2.1).
const ScopeOpenID = "openid"

// ScopeOfflineAccess asks for refresh tokens (OpenID Connect Core 1.0 section
// 11).
const ScopeOfflineAccess = "offline_access"

// IdentityScopes are OpenID Connect's own, as discovery lists them. No API has
// one of these names.
var IdentityScopes = []string{ScopeOpenID, "profile", "email", "address", "phone", ScopeOfflineAccess}

// maxScopes bounds what one request can ask for.
const maxScopes = 100

// ParseScope splits a scope parameter into its distinct values in order.
// Characters are those of RFC 6749 section 3.3.
func ParseScope(raw string) ([]string, *Error) {
	if raw == "" {
		return nil, nil
	}
	scopes := make([]string, 0, strings.Count(raw, " ")+1)
	for word := range strings.SplitSeq(raw, " ") {
		if word == "" || slices.Contains(scopes, word) {
			continue
		}
		if !ValidScope(word) {
			return nil, Errorf(InvalidScope, "scope holds a character that RFC 6749 section 3.3 does not allow.")
		}
		if len(scopes) == maxScopes {
			return nil, Errorf(InvalidScope, "scope asks for more than %d values.", maxScopes)
		}
		scopes = append(scopes, word)
	}
	return scopes, nil
}

// ValidScope tells whether s is one scope-token of RFC 6749 section 3.3.
func ValidScope(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c <= ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return s != ""
}
