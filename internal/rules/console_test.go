package rules_test

import (
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/rules"
)

func TestConsoleIsRedacted(t *testing.T) {
	t.Parallel()
	const (
		jwt    = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl"
		key    = "3f786850e387550fdab836ed7e6dc881de23001b"
		userID = "auth0|5f7c8ec7c33c6c004bbafe82"
		uuid   = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
	)
	e, log := engine(t, rules.Config{Workers: 1})
	pass(t, e.With(set(rule(`
		console.log('key is', configuration.API_KEY, 'token `+jwt+`');
		console.warn('other `+key+` of `+userID+` `+uuid+` and anIdentifierThatIsRatherLongButHasNoDigit');
		console.error('y '.repeat(2000) + configuration.API_KEY);
		console.error('z'.repeat(4090) + configuration.API_KEY);
		callback(null, user, context);`))), alice())
	text := log.String()
	for _, secret := range []string{"s3cr3t", jwt, "eyJ", key, strings.Repeat("y ", 600)} {
		if strings.Contains(text, secret) {
			t.Errorf("the log has %.40s", secret)
		}
	}
	for _, shown := range []string{
		"key is [configuration.API_KEY] token [jwt]", "level=WARN", "level=ERROR", "rule=1.js",
		"other [secret] of " + userID + " " + uuid + " and anIdentifierThatIsRatherLongButHasNoDigit",
	} {
		if !strings.Contains(text, shown) {
			t.Errorf("the log has no %s:\n%s", shown, text)
		}
	}
}

// TestCutLineIsRedacted: a secret with spaces is cut in two where a line is, and what
// stands before it becomes short enough for the log.
func TestCutLineIsRedacted(t *testing.T) {
	t.Parallel()
	e, log := engine(t, rules.Config{Workers: 1})
	s := set(rule(`console.log((configuration.PHRASE + '; ').repeat(20)); callback(null, user, context);`))
	s.Configuration["PHRASE"] = strings.Repeat("correct horse battery staple ", 14)
	pass(t, e.With(s), alice())
	if text := log.String(); strings.Contains(text, "horse") || !strings.Contains(text, "[configuration.PHRASE]") {
		t.Errorf("the log has %s", text)
	}
}

// TestFailureIsRedacted: what a rule throws is for the log, and has no secret.
func TestFailureIsRedacted(t *testing.T) {
	t.Parallel()
	e, _ := engine(t, rules.Config{Workers: 1})
	f := failure(t, e.With(set(rule(`throw new Error('401 with ' + configuration.API_KEY);`))), alice())
	if f.Kind != rules.Threw || f.Rule != "1.js" || !strings.Contains(f.Detail, "401 with [configuration.API_KEY]") {
		t.Errorf("failed with %+v", f)
	}
}
