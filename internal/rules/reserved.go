package rules

import "github.com/hush-sso/hush/internal/oauth"

// Reserved reports whether only the server says a claim, so that no rule can set it.
// The list is in package oauth.
func Reserved(claim string) bool { return oauth.Reserved(claim) }
