package main

import (
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
)

const exampleRules = "../../docs/examples/rules"

// ruled writes files of rules and returns their folder.
func ruled(t *testing.T, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		if err := os.WriteFile(filepath.Join(dir, files[i]), []byte(files[i+1]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// tried runs hush rules and returns what it prints and its status.
func tried(t *testing.T, args ...string) (stdout, stderr string, ended int) {
	t.Helper()
	var out, errs hushtest.Output
	ended = status(run(t.Context(), append([]string{"rules"}, args...), nil, &out, &errs), &errs)
	return out.String(), errs.String(), ended
}

func TestRulesTest(t *testing.T) {
	t.Parallel()
	const tests = "../../docs/examples/rules-test/"
	dir := ruled(t,
		"passes.js", "function (user, context, callback) {\n  user.nickname = 'Al';\n  context.accessToken.scope = ['openid'];\n  console.log('seen', user.shoe_size);\n  auth0.users.updateUserMetadata(user.user_id, {n: 1}).then(m => { context.idToken.n = m.n; callback(null, user, context); });\n}",
		"throws.js", "function (user, context, callback) {\n  null.x;\n}",
		"sends.js", "function (user, context, callback) { context.redirect = {url: 'https://shop.example/x?a=1'}; callback(null, user, context); }",
		"second.js", "function (user, context, callback) { context.multifactor = {provider: 'any'}; callback(null, user, context); }",
		"calls.js", "async function (user, context, callback) { await fetch('https://127.0.0.1:1/'); callback(null, user, context); }",
		"silent.js", "function (user, context, callback) { context.idToken.q = context.request.query.prompt + ' ' + context.clientName; callback(null, user, context); }",
	)
	user := filepath.Join(ruled(t, "u.json", `{"user_id": "u-1", "shoe_size": 43, "user_metadata": {"m": 1}}`), "u.json")
	quiet := filepath.Join(ruled(t, "c.json", `{"request": {"query": {"prompt": "none"}}, "tenant": "x", "sso": {"flavor": 1}}`), "c.json")
	for name, c := range map[string]struct {
		args   []string
		status int
		out    []string // lines of stdout, begin to end, columns by one space
		err    string   // part of stderr
	}{
		"passes": {[]string{dir + "/passes.js", "--user", user}, 0,
			[]string{"passes: 1 rule", `ID token n 1`, `user nickname "Al"`, `scope openid without profile email`, `user_metadata n 1`, `console passes.js seen 43`}, ""},
		"the examples":  {[]string{exampleRules, "--user", tests + "alice.json", "--context", tests + "reports.json"}, 0, []string{"passes: 5 rules", `ID token https://shop.example/plan "gold"`, `app_metadata first_app "Reports"`}, ""},
		"refused":       {[]string{exampleRules, "--user", tests + "bob.json", "--context", tests + "reports.json"}, 1, []string{"refused by 50-clients.js: Reports is for people with the role analyst."}, ""},
		"configuration": {[]string{"--configuration", "BLOCKED_ADDRESSES=203.0.113.", exampleRules, "--user", tests + "alice.json", "--context", tests + "reports.json"}, 1, []string{"refused by 30-address.js: Not from this network.", "console 30-address.js blocked "}, ""},
		"failed":        {[]string{dir + "/throws.js"}, 1, []string{"failed: threw in throws.js: "}, ""},
		"no network":    {[]string{dir + "/calls.js"}, 1, []string{"failed: threw in calls.js: ", "--network"}, ""},
		"redirect":      {[]string{dir + "/sends.js"}, 0, []string{"redirected by sends.js to https://shop.example/x?a=1"}, ""},
		"second factor": {[]string{dir + "/second.js"}, 0, []string{"a second factor is asked for by second.js"}, ""},
		"context":       {[]string{dir + "/silent.js", "--context", quiet}, 0, []string{`ID token q "none App"`}, "c.json: rules are given no context.sso.flavor here: it is left out\nwarning: " + quiet + ": rules are given no context.tenant"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, stderr, ended := tried(t, append([]string{"test"}, c.args...)...)
			columns := strings.Join(strings.Fields(out), " ")
			for _, want := range c.out {
				if !strings.Contains(columns, want) {
					t.Errorf("does not say %q:\n%s", want, out)
				}
			}
			if ended != c.status || !strings.Contains(stderr, c.err) || c.err == "" && stderr != "" {
				t.Errorf("status %d\n%s", ended, stderr)
			}
		})
	}
}

// TestRulesTestAsJSON: a build can read what a rule does.
func TestRulesTestAsJSON(t *testing.T) {
	t.Parallel()
	out, stderr, ended := tried(t, "test", exampleRules+"/20-domain.js", "--json")
	var r ruleReport
	if err := json.Unmarshal([]byte(out), &r); err != nil || ended != 1 || r.Passes || r.Rule != "20-domain.js" || *r.Denied != "Only people of the company may sign in." {
		t.Errorf("status %d, %v\n%s%s", ended, err, out, stderr)
	}
}

func TestRulesCheck(t *testing.T) {
	t.Parallel()
	if out, stderr, ended := tried(t, "check", exampleRules); ended != 0 || out != exampleRules+": ok: 5 rules, 0 warnings\n" || stderr != "" {
		t.Errorf("status %d\n%s%s", ended, out, stderr)
	}
	dir := ruled(t,
		"1.js", "function (user, context, callback) {\n  callback(null, user context);\n}",
		"2.js", "function (user, context, callback) {\n  const pg = require('pg');\n  mongodb();\n  callback(null, user, context);\n}",
	)
	out, stderr, ended := tried(t, "check", dir)
	for _, want := range []string{"1.js:2: ", "2.js:2: ", "pg", "2.js:3: ", "mongodb", dir + " has 3 problems"} {
		if !strings.Contains(stderr, want) {
			t.Errorf("does not say %q", want)
		}
	}
	if ended != 1 || out != "" {
		t.Errorf("status %d\n%s%s", ended, out, stderr)
	}
}

// TestRulesUsage: a command that is written wrongly is told so, by status too.
func TestRulesUsage(t *testing.T) {
	t.Parallel()
	dir := ruled(t, "no-id.json", `{"email": "a@b.c"}`, "case.json", `{"User_ID": "x"}`, "clientid.json", `{"clientId": "x"}`, "list.json", `[]`)
	rule := exampleRules + "/10-roles.js"
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"nothing":        {nil, "needs one of: check, test"},
		"another":        {[]string{"tset"}, "needs one of: check, test"},
		"no path":        {[]string{"test"}, "takes one path"},
		"two paths":      {[]string{"check", "a", "b"}, "takes one path"},
		"flag":           {[]string{"check", "a", "--user", "b"}, "user"},
		"no file":        {[]string{"test", rule, "--user", dir + "/none.json"}, "none.json"},
		"no user id":     {[]string{"test", rule, "--user", dir + "/no-id.json"}, "user_id is missing"},
		"case":           {[]string{"test", rule, "--user", dir + "/case.json"}, "User_ID is written user_id"},
		"case of member": {[]string{"test", rule, "--context", dir + "/clientid.json"}, "context.clientId is written clientID"},
		"list":           {[]string{"test", rule, "--context", dir + "/list.json"}, "list.json"},
		"configuration":  {[]string{"test", rule, "--configuration", dir + "/list.json"}, "not an object of names and texts"},
	} {
		if out, stderr, ended := tried(t, c.args...); ended != 2 || !strings.Contains(stderr, c.want) || out != "" {
			t.Errorf("%s: status %d\n%s%s", name, ended, out, stderr)
		}
	}
	for _, args := range [][]string{{"rules", "-h"}, {"rules", "test", "-h"}, {"help", "rules"}} {
		var help hushtest.Output
		if err := run(t.Context(), args, nil, &help, &help); !errors.Is(err, flag.ErrHelp) || !strings.Contains(help.String(), "Usage: hush rules check") {
			t.Errorf("%v: %v\n%s", args, err, help.String())
		}
	}
	if status(nil, io.Discard) != 0 || status(flag.ErrHelp, io.Discard) != 0 || status(io.EOF, io.Discard) != 1 {
		t.Error("the status of other commands changed")
	}
}
