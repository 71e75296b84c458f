package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Rules that would not run must not look as if they did.
func TestRulesThatWouldNotRun(t *testing.T) {
	name := write(t, file("rules: {dir: rules}"))
	if _, err := Load(name, env(nil)); err != nil {
		t.Fatalf("without any rule: %v", err)
	}
	dir := filepath.Join(filepath.Dir(name), "rules")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "deny.js"), []byte("function (user, context, callback) {}"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Load(name, env(nil))
	var problems Problems
	if !errors.As(err, &problems) || len(problems) != 1 || problems[0].Key != "rules.dir" || !strings.Contains(problems[0].Text, "would be let in") {
		t.Errorf("with a rule: %v", err)
	}
}
