package config

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestRules(t *testing.T) {
	c := good(t, file("rules: {dir: rules, configuration: {KEY: \"${VALUE}\"}, skip_silent: [2-deny.js], timeout: 200ms, workers: 3, memory_mb: 96, connection: staff}"), nil)
	set := c.RuleSet()
	if len(set.Rules) != 2 || set.Rules[0].File != "1-roles.js" || set.Configuration["KEY"] != "value" || !set.SkipSilent["2-deny.js"] ||
		c.Rules.Timeout != 200*time.Millisecond || c.Rules.Workers != 3 || c.Rules.Memory != 96 || c.Rules.Connection != "staff" {
		t.Errorf("%+v of %+v", set, c.Rules)
	}
	d := good(t, file("rules: {dir: rules}"), nil)
	if d.Rules.Timeout != time.Second || d.Rules.Memory != 128 || d.Rules.Strategy != "auth0" || d.RuleSet().Version() == set.Version() {
		t.Errorf("%+v", d.Rules)
	}
	if none := good(t, file(), nil); none.RuleSet() != nil {
		t.Error("rules out of nothing")
	}
}

// rule puts a file into the folder of rules.
func rule(t *testing.T, config, name, source string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(filepath.Dir(config), "rules", name), []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestBrokenRules: what is wrong in the folder is told by file and line, and is wrong
// with the configuration: leaving a rule out would let in whom it keeps out.
func TestBrokenRules(t *testing.T) {
	name := write(t, file("rules: {dir: rules, skip_silent: [gone.js], memory_mb: 1}"))
	rule(t, name, "3-broken.js", "function (user, context, callback) {\n  if (\n}")
	rule(t, name, "4-none.js", "\n\nconst x = 1;")
	_, err := Load(name, env(nil))
	var list Problems
	if !errors.As(err, &list) {
		t.Fatal(err)
	}
	var got []string
	for _, p := range list {
		got = append(got, filepath.Base(p.File)+" "+p.Key)
	}
	if want := []string{"hush.yaml rules.memory_mb", "hush.yaml rules.skip_silent", "3-broken.js ", "4-none.js "}; !slices.Equal(got, want) || list[2].Line != 3 || list[3].Line != 1 {
		t.Errorf("%q, want %q:\n%v", got, want, err)
	}
	for text, want := range map[string]string{"rules: {dir: none}": "no such file", "rules: {dir: tls.crt}": "cannot be read"} {
		if list := problems(t, file(text), nil); len(list) != 1 || list[0].Key != "rules.dir" || !strings.Contains(list[0].Text, want) {
			t.Errorf("%s: %v", text, list)
		}
	}
}

// TestRulesAreLookedAt: whatever happens to a file of the folder is a change.
func TestRulesAreLookedAt(t *testing.T) {
	name := write(t, file("rules: {dir: rules}"))
	load := func() *Config {
		t.Helper()
		c, err := Load(name, env(nil))
		if err != nil {
			t.Fatal(err)
		}
		if Fingerprint(c.Files()) != c.Sum() {
			t.Fatal("the sum is not that of the files")
		}
		return c
	}
	dir := filepath.Join(filepath.Dir(name), "rules")
	for what, change := range map[string]func(){
		"another text": func() { rule(t, name, "1-roles.js", aRule+"\n") },
		"one more":     func() { rule(t, name, "5-more.js", aRule) },
		"one less":     func() { os.Remove(filepath.Join(dir, "2-deny.js")) },
		"switched off": func() { rule(t, name, "1-roles.json", `{"enabled": true}`) },
	} {
		c := load()
		if change(); Fingerprint(c.Files()) == c.Sum() {
			t.Errorf("%s is no change", what)
		}
	}
	c := load()
	rule(t, name, "README.md", "x")
	if Fingerprint(c.Files()) != c.Sum() {
		t.Error("what is no rule is a change")
	}
}
