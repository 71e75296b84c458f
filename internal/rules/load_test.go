package rules

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const aRule = "function (user, context, callback) { callback(null, user, context); }\n"

// folder writes files: name -> text.
func folder(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func load(t testing.TB, dir string) *Set {
	t.Helper()
	s, err := Load(dir, map[string]string{"KEY": "value"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// order is how the rules of a folder run.
func order(t testing.TB, files map[string]string) string {
	t.Helper()
	var names []string
	for _, r := range load(t, folder(t, files)).Rules {
		names = append(names, r.File)
	}
	return strings.Join(names, " ")
}

func TestLoadOrder(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"names":         {map[string]string{"b.js": aRule, "a.js": aRule, "README.md": "x", "package.json": `{"scripts": {}}`, ".eslintrc.js": "module.exports = {}"}, "a.js b.js"},
		"numbers":       {map[string]string{"10-c.js": aRule, "2-b.js": aRule, "01-a.js": aRule, "rule-2.js": aRule, "rule-10.js": aRule}, "01-a.js 2-b.js 10-c.js rule-2.js rule-10.js"},
		"places":        {map[string]string{"a.js": aRule, "a.json": `{"name": "a", "order": 20, "enabled": true, "stage": "login_success"}`, "b.js": aRule, "b.json": `{"order": 3, "script": "./rules/b.js"}`, "0.js": aRule}, "b.js a.js 0.js"},
		"switched off":  {map[string]string{"a.js": aRule, "a.json": `{"enabled": false}`, "b.js": aRule}, "b.js"},
		"another name":  {map[string]string{"a.js": aRule, "My rule.json": `{"enabled": false, "script": "rules\\a.js"}`, "b.js": aRule}, "b.js"},
		"off and wrong": {map[string]string{"a.js": "this is no rule", "a.json": `{"enabled": false}`, "b.js": aRule}, "b.js"},
	} {
		if got := order(t, c.files); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestLoadProblems(t *testing.T) {
	t.Parallel()
	many := map[string]string{}
	for i := range maxFiles + 1 {
		many[fmt.Sprintf("%d.js", i)] = aRule
	}
	for name, c := range map[string]struct {
		files map[string]string
		want  []string // file:line: what the text holds; one each
	}{
		"syntax":        {map[string]string{"a.js": "function (user, context, callback) {\n  if (\n}"}, []string{"a.js:3: Unexpected token }"}},
		"compiler":      {map[string]string{"a.js": "function (user, context, callback) {\n  let a;\n  let a;\n callback(); }"}, []string{"a.js:3: already been declared"}},
		"no rule":       {map[string]string{"a.js": "\n\nconst x = 1;"}, []string{"a.js:1: is no rule"}},
		"a call":        {map[string]string{"a.js": "(function (user, context, callback) { })()"}, []string{"a.js:1: is no rule"}},
		"two params":    {map[string]string{"a.js": "// x\nfunction (user, context) { return user; }"}, []string{"a.js:2: third parameter"}},
		"all at once":   {map[string]string{"a.js": "x", "b.js": aRule, "c.js": "}"}, []string{"a.js:1: is no rule", "c.js:1: Unexpected"}},
		"empty":         {map[string]string{"a.js": " \n"}, []string{"a.js: is empty"}},
		"not UTF-8":     {map[string]string{"a.js": "// \xe9\n" + aRule}, []string{"a.js: UTF-8"}},
		"large":         {map[string]string{"a.js": aRule + strings.Repeat("//\n", 100_000)}, []string{"a.js: larger than 256 KB"}},
		"nothing":       {map[string]string{"a.txt": ""}, []string{": has no rule"}},
		"many":          {many, []string{": more than 200"}},
		"a folder":      {map[string]string{"a.js": aRule, "deny/b.js": aRule}, []string{"deny: is a folder"}},
		"other endings": {map[string]string{"a.js": aRule, "b.ts": aRule, "c.JS": aRule, "d.mjs": aRule}, []string{"b.ts: would not run", "c.JS: would not run", "d.mjs: would not run"}},
		"no script":     {map[string]string{"a.js": aRule, "b.json": `{"script": "./rules/b.js"}`}, []string{"b.json: no such file"}},
		"no JSON":       {map[string]string{"a.js": aRule, "a.json": `{"enabled": "no"}`}, []string{"a.json: cannot be read as JSON"}},
		"a stage":       {map[string]string{"a.js": aRule, "a.json": `{"stage": "pre_authorize"}`}, []string{"a.json: stage"}},
	} {
		dir := folder(t, c.files)
		_, err := Load(dir, nil, nil)
		var list Problems
		if !errors.As(err, &list) || len(list) != len(c.want) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for i, want := range c.want {
			place, says, _ := strings.Cut(want, ": ")
			at := filepath.Join(dir, place) + ": "
			if got := list[i].String(); !strings.HasPrefix(got, at) || !strings.Contains(got, says) {
				t.Errorf("%s: %s, want %s", name, got, want)
			}
		}
	}
	if _, err := Load(filepath.Join(t.TempDir(), "none"), nil, nil); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("no folder: %v", err)
	}
	if _, err := Load(folder(t, map[string]string{"a.js": aRule}), nil, []string{"a.js", "b.js"}); err == nil || !strings.Contains(err.Error(), `"b.js"`) {
		t.Errorf("skipping what is not there: %v", err)
	}
}

// Kubernetes mounts files as links through a hidden folder; a link to a pipe would
// hold the start up for ever.
func TestLoadFollowsLinks(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"..data/a.js": aRule})
	if err := os.Symlink(filepath.Join("..data", "a.js"), filepath.Join(dir, "a.js")); err != nil {
		t.Skip(err)
	}
	if s := load(t, dir); len(s.Rules) != 1 || s.Rules[0] != (Rule{"a.js", aRule}) {
		t.Errorf("%+v", s.Rules)
	}
	if files := Files(dir); !slices.Equal(files, []string{filepath.Join(dir, "a.js")}) {
		t.Errorf("files %v", files)
	}
	if err := os.Symlink(os.DevNull, filepath.Join(dir, "b.js")); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(dir, nil, nil); err == nil || !strings.Contains(err.Error(), "b.js: is no file") {
		t.Errorf("a device: %v", err)
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	versions := map[string]string{}
	for name, f := range map[string]func() (*Set, error){
		"one":    func() (*Set, error) { return Load(folder(t, map[string]string{"a.js": aRule}), nil, nil) },
		"source": func() (*Set, error) { return Load(folder(t, map[string]string{"a.js": aRule + "\n"}), nil, nil) },
		"name":   func() (*Set, error) { return Load(folder(t, map[string]string{"b.js": aRule}), nil, nil) },
		"two": func() (*Set, error) {
			return Load(folder(t, map[string]string{"a.js": aRule, "b.js": aRule}), nil, nil)
		},
		"order": func() (*Set, error) {
			return Load(folder(t, map[string]string{"a.js": aRule, "b.js": aRule, "b.json": `{"order": 1}`}), nil, nil)
		},
		"configuration": func() (*Set, error) {
			return Load(folder(t, map[string]string{"a.js": aRule}), map[string]string{"K": "v"}, nil)
		},
		"its value": func() (*Set, error) {
			return Load(folder(t, map[string]string{"a.js": aRule}), map[string]string{"K": "w"}, nil)
		},
	} {
		s, err := f()
		if err != nil {
			t.Fatal(name, err)
		}
		if other, ok := versions[s.Version()]; ok || len(s.Version()) != 22 {
			t.Errorf("%s has the version of %s: %q", name, other, s.Version())
		}
		versions[s.Version()] = name
	}
	again, err := Load(folder(t, map[string]string{"a.js": aRule}), nil, []string{"a.js"})
	if err != nil || versions[again.Version()] != "one" || !again.SkipSilent["a.js"] {
		t.Errorf("the same again: %q %v", versions[again.Version()], err)
	}
}
