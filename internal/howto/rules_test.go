package howto

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	rulesPage = "rules.md"
	movePage  = "from-auth0-rules.md"
)

// withRules is the configuration of the first app with the users and keys of a page
// about rules.
func withRules(t *testing.T, snippet string) string {
	t.Helper()
	before, after, _ := strings.Cut(block(t, "first-app.md", "hush.yaml"), "users:\n")
	if !strings.Contains(snippet, "clients:\n") {
		_, apps, _ := strings.Cut(after, "clients:\n")
		snippet += "clients:\n" + apps
	}
	return before + snippet
}

// examples copies the worked examples and what they are tried with.
func (p *place) examples() {
	p.t.Helper()
	for _, dir := range []string{"rules", "rules-test"} {
		if err := os.CopyFS(filepath.Join(p.dir, dir), os.DirFS(filepath.Join(docs, "examples", dir))); err != nil {
			p.t.Fatal(err)
		}
	}
}

// idClaims are those of an ID token, as text.
func idClaims(t *testing.T, tokens map[string]any) string {
	t.Helper()
	id, _ := tokens["id_token"].(string)
	claims, err := base64.RawURLEncoding.DecodeString(strings.Split(id+"..", ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	return string(claims)
}

// TestFirstRule: the rule of the page is checked, tried, and run for whoever signs in.
func TestFirstRule(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.set("API_KEY", "x")
	p.write("rules/10-roles.js", block(t, rulesPage, "first rule"))
	p.write("alice.json", block(t, rulesPage, "alice.json"))
	printed := strings.Fields(p.shell(block(t, rulesPage, "check and test")))
	for _, line := range strings.Split(block(t, rulesPage, "what is printed"), "\n") {
		if want := strings.Join(strings.Fields(line), " "); !strings.Contains(strings.Join(printed, " "), want) {
			t.Errorf("does not print %q but %q", want, printed)
		}
	}
	p.write("hush.yaml", withRules(t, block(t, rulesPage, "rules in hush.yaml")))
	p.serve("hush.yaml", "9090")
	if claims := idClaims(t, p.signIn(p.agent("8080"))); !strings.Contains(claims, `"https://shop.example/roles":["buyer"]`) {
		t.Errorf("ID token: %s", claims)
	}
}

// TestTermsRule: the rule that sends people elsewhere, at each of its moments.
func TestTermsRule(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.write("rules/terms.js", block(t, rulesPage, "terms.js"))
	p.write("new.json", `{"user_id": "alice"}`)
	p.write("known.json", `{"user_id": "alice", "app_metadata": {"terms": "2026-11"}}`)
	p.write("back.json", `{"protocol": "redirect-callback", "request": {"query": {"accepted": "yes"}}}`)
	p.write("no.json", `{"protocol": "redirect-callback", "request": {"query": {"accepted": "no"}}}`)
	p.write("refresh.json", `{"protocol": "oauth2-refresh-token"}`)
	for args, want := range map[string]string{
		"--user new.json":                        "redirected by terms.js to https://shop.example/terms",
		"--user known.json":                      "passes",
		"--user new.json --context refresh.json": "passes",
		"--user new.json --context back.json":    `"2026-11"`,
		"--user new.json --context no.json":      "refused by terms.js: The terms were not accepted.",
	} {
		if out, _ := p.try("hush rules test rules/terms.js " + args); !strings.Contains(out, want) {
			t.Errorf("%s: %s", args, out)
		}
	}
}

// TestMoveOfRules: the folder of examples runs as it is, tried by hand and in
// operation.
func TestMoveOfRules(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.examples()
	if out := p.shell(block(t, movePage, "try")); !strings.Contains(out, "refused by 50-clients.js: Reports is for people with the role analyst.") {
		t.Errorf("printed:\n%s", out)
	}
	p.write("hush.yaml", withRules(t, block(t, movePage, "auth0 rules hush.yaml")))
	p.checked("hush.yaml")
	p.write("hush.yaml", block(t, "first-app.md", "hush.yaml")+block(t, rulesPage, "skip silent"))
	p.checked("hush.yaml")
}

// TestEachExample: what each file does to whom, by itself.
func TestEachExample(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.examples()
	p.write("outside.json", `{"user_id": "eve", "email": "eve@shop.example.evil.test", "email_verified": true}`)
	p.write("unproved.json", `{"user_id": "eve", "email": "eve@shop.example", "email_verified": false}`)
	p.write("near.json", `{"request": {"ip": "203.0.11.37"}}`)
	for _, c := range []struct{ file, args, want string }{
		{"10-roles.js", "--user rules-test/alice.json", `access token https://shop.example/roles ["buyer","analyst"]`},
		{"10-roles.js", "--user outside.json", `ID token https://shop.example/roles []`},
		{"20-domain.js", "--user rules-test/alice.json", "passes"},
		{"20-domain.js", "--user outside.json", "refused by 20-domain.js"},
		{"20-domain.js", "--user unproved.json", "refused by 20-domain.js"},
		{"30-address.js", "--context rules-test/reports.json", "passes"},
		{"30-address.js", "--context rules-test/reports.json --configuration BLOCKED_ADDRESSES=203.0.113.", "refused by 30-address.js"},
		{"30-address.js", "--context rules-test/reports.json --configuration BLOCKED_ADDRESSES=203.0.113.7", "refused by 30-address.js"},
		{"30-address.js", "--context near.json --configuration BLOCKED_ADDRESSES=203.0.113.,203.0.11.3", "passes"},
		{"40-plan.js", "--user rules-test/alice.json", `app_metadata first_app "App"`},
		{"40-plan.js", "--user rules-test/bob.json", `ID token https://shop.example/plan "free"`},
		{"50-clients.js", "--user rules-test/bob.json", "passes"},
		{"50-clients.js", "--user rules-test/bob.json --context rules-test/reports.json", "refused by 50-clients.js"},
		{"50-clients.js", "--user rules-test/alice.json --context rules-test/reports.json", "passes"},
	} {
		out, err := p.try("hush rules test rules/" + c.file + " " + c.args)
		if !strings.Contains(strings.Join(strings.Fields(out), " "), c.want) || (err != nil) != strings.HasPrefix(c.want, "refused") {
			t.Errorf("%s %s: %v\n%s", c.file, c.args, err, out)
		}
	}
}

// TestListedNames: the globals and modules that the page lists are there, and those that
// it says are not are refused.
func TestListedNames(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	page := read(t, movePage)
	_, rest, _ := strings.Cut(page, "## Globals\n")
	globals, modules, _ := strings.Cut(rest, "## Modules\n")
	var uses, requires strings.Builder
	n := 0
	for _, name := range listed(globals) {
		uses.WriteString("  void " + name + ";\n")
		n++
	}
	for _, name := range listed(modules) {
		requires.WriteString("  require('" + name + "');\n")
		n++
	}
	p.write("rules/globals.js", "function (user, context, callback) {\n"+uses.String()+"  callback(null, user, context);\n}")
	p.write("rules/modules.js", "function (user, context, callback) {\n"+requires.String()+"  callback(null, user, context);\n}")
	if out := p.shell("hush rules test rules"); !strings.Contains(out, "passes: 2 rules") || n < 40 {
		t.Errorf("%d names: %s", n, out)
	}
	for _, name := range []string{"mongodb", "pg", "aws-sdk", "auth0"} {
		p.write("other.js", "function (user, context, callback) { require('"+name+"'); callback(null, user, context); }")
		if out, err := p.try("hush rules check other.js"); err == nil || !strings.Contains(out, "other.js:1: requires "+name) {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

// listed are the names in the first column of a table.
func listed(text string) (names []string) {
	for line := range strings.Lines(text) {
		if cells := strings.Split(line, "|"); len(cells) > 2 {
			for i, part := range strings.Split(cells[1], "`") {
				if i%2 == 1 && part != "require" {
					names = append(names, part)
				}
			}
		}
	}
	return names
}
