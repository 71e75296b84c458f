package rules

import "github.com/hush-sso/hush/internal/rules/effect"

// Reserved reports whether only the server says a claim, so that no rule can set it.
// The list is in package effect.
func Reserved(claim string) bool { return effect.Reserved(claim) }
