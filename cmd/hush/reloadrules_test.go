package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReloadRules: a folder of rules comes, changes and goes without a restart; while a
// file of it is broken those of before stay, and the log says which line is meant.
func TestReloadRules(t *testing.T) {
	s := start(t, "http", "shop")
	const rule = "function (user, context, callback) {\n  callback(null, user, context);\n}\n"
	if err := os.Mkdir(filepath.Join(s.dir, "rules"), 0o700); err != nil {
		t.Fatal(err)
	}
	s.write("rules/1.js", rule)
	s.write("hush.yaml", s.text("shop")+"rules: {dir: rules, workers: 1, configuration: {KEY: \"a-secret-of-rules\"}}\n")
	s.says("users=1 rules=1")
	s.write("rules/2.js", strings.Replace(rule, "callback(null", "callback(null(", 1))
	s.says("2.js line=2")
	s.stale(1)
	s.write("rules/2.js", rule)
	s.says("users=1 rules=2")
	s.stale(0)
	s.write("hush.yaml", s.text("shop"))
	s.says("users=1 rules=0")
	if strings.Contains(s.log.String(), "a-secret-of-rules") {
		t.Error("the log holds what rules read")
	}
}
