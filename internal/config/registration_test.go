package config

import (
	"slices"
	"strings"
	"testing"
)

func TestRegistrationProblems(t *testing.T) {
	for text, c := range map[string]struct{ key, advice string }{
		"registration: {enabled: true}":                                           {"registration.initial_access_tokens", "nobody could register an app"},
		"registration: {enabled: true, initial_access_tokens: [a-token-no-hash]}": {"registration.initial_access_tokens[0]", "hush hash-secret -generate"},
		"registration: {enable: true}":                                            {"registration.enable", "did you mean enabled"},
	} {
		found := problems(t, file(text), nil)
		if len(found) != 1 || found[0].Key != c.key || !strings.Contains(found[0].Text, c.advice) {
			t.Errorf("%s: %v", text, found)
		}
	}
	for text, key := range map[string]string{
		"registration: {enabled: true, open: true}":                       "registration.open",
		"registration: {enabled: true, open: true, allow_implicit: true}": "registration.allow_implicit",
		"registration: {open: true}":                                      "registration.enabled",
	} {
		c := good(t, file(text), nil)
		if !slices.ContainsFunc(c.Warnings(), func(w Problem) bool { return w.Key == key }) {
			t.Errorf("%s: no warning of %s in %v", text, key, c.Warnings())
		}
	}
	hash := "sha256:" + strings.Repeat("0a", 32)
	c := good(t, file("registration: {enabled: true, initial_access_tokens: [\""+hash+"\"]}"), nil)
	if tokens := c.RegistrationTokens(); len(tokens) != 1 || tokens[0] != hash {
		t.Errorf("tokens are %q", tokens)
	}
}
