package clientauth_test

import (
	"testing"

	"github.com/hush-sso/hush/internal/oauth"
)

func TestSecrets(t *testing.T) {
	w := newWorld(t)
	for name, c := range map[string]struct {
		id    string
		pairs []string
	}{
		"public":             {"public", []string{"client_id", "public"}},
		"public by header":   {"public", []string{"Authorization", header("public", "")}},
		"basic":              {"basic", []string{"Authorization", header("basic", "secret")}},
		"basic with the id":  {"basic", []string{"Authorization", header("basic", "secret"), "client_id", "basic"}},
		"scheme in capitals": {"basic", []string{"Authorization", "BASIC" + header("basic", "secret")[5:]}},
		"post":               {"post", []string{"client_id", "post", "client_secret", "secret"}},
		"any by header":      {"any", []string{"Authorization", header("any", "secret")}},
		"any by form":        {"any", []string{"client_id", "any", "client_secret", "secret"}},
		"public with keys":   {"keyed", []string{"client_id", "keyed"}},
	} {
		app, err := w.call(c.pairs...)
		is(t, name, app, err, c.id)
	}
	w.untouched(t, "a secret")
}

func TestWrongSecrets(t *testing.T) {
	w := newWorld(t)
	const known = "registered for"
	for name, c := range map[string]struct {
		code, words string
		pairs       []string
	}{
		"nothing":              {oauth.InvalidRequest, "client_id is missing", nil},
		"secret without id":    {oauth.InvalidRequest, "client_id is missing", []string{"client_secret", "secret"}},
		"header without id":    {oauth.InvalidRequest, "client_id is missing", []string{"Authorization", header("", "secret")}},
		"unknown":              {oauth.InvalidClient, "No app", []string{"client_id", "nobody", "client_secret", "secret"}},
		"wrong":                {oauth.InvalidClient, "missing or wrong", []string{"client_id", "post", "client_secret", "Secret"}},
		"missing":              {oauth.InvalidClient, "sent neither", []string{"client_id", "post"}},
		"wrong, other method":  {oauth.InvalidClient, "missing or wrong", []string{"client_id", "basic", "client_secret", "Secret"}},
		"other method":         {oauth.InvalidClient, known, []string{"client_id", "basic", "client_secret", "secret"}},
		"other way round":      {oauth.InvalidClient, known, []string{"Authorization", header("post", "secret")}},
		"secret of the MACs":   {oauth.InvalidClient, known, []string{"client_id", "mac", "client_secret", secret}},
		"a guess at it":        {oauth.InvalidClient, "missing or wrong", []string{"client_id", "mac", "client_secret", "secret"}},
		"key without a secret": {oauth.InvalidClient, "sent neither", []string{"client_id", "key"}},
		"key, empty secret":    {oauth.InvalidClient, "missing or wrong", []string{"Authorization", header("key", "")}},
		"public with a secret": {oauth.InvalidClient, "is public", []string{"client_id", "public", "client_secret", "secret"}},
		"header and form":      {oauth.InvalidRequest, "more than once", []string{"Authorization", header("any", "secret"), "client_secret", "secret"}},
		"two headers":          {oauth.InvalidRequest, "more than once", []string{"Authorization", header("any", "secret"), "Authorization", header("any", "secret")}},
		"two ids":              {oauth.InvalidRequest, "names another client", []string{"Authorization", header("any", "secret"), "client_id", "basic"}},
		"bearer":               {oauth.InvalidClient, "not valid", []string{"Authorization", "Bearer x"}},
		"empty header":         {oauth.InvalidClient, "not valid", []string{"Authorization", "", "client_id", "public"}},
		"not base64":           {oauth.InvalidClient, "not valid", []string{"Authorization", "Basic !"}},
		"no colon":             {oauth.InvalidClient, "not valid", []string{"Authorization", "Basic YW55"}},
		"broken escape":        {oauth.InvalidClient, "not valid", []string{"Authorization", "Basic YW55OiV6eg=="}},
	} {
		app, err := w.call(c.pairs...)
		refused(t, name, app, err, c.code, c.words)
	}
	w.untouched(t, "a secret")
}
