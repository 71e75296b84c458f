package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// tiny is a module with a guard in Go and one in a file that is compiled in.
var tiny = map[string]string{
	"go.mod": "module tiny\n\ngo 1.24\n",
	"door/door.go": `package door

import _ "embed"

//go:embed rule.txt
var rule string

func open(key string) bool { return key == "right" && rule == "closed\n" }

func rust() int { return 1 }
`,
	"door/rule.txt": "closed\n",
	"door/door_test.go": `package door

import "testing"

func TestKey(t *testing.T) {
	t.Run("wrong key", func(t *testing.T) {
		if open("wrong") {
			t.Error("open")
		}
	})
}

func TestRule(t *testing.T) {
	if !open("right") {
		t.Error("the rule is another one")
	}
}

func TestRust(t *testing.T) { _ = make([]int, rust()) }

func TestBroken(t *testing.T) { t.Error("the lock is broken") }

func TestSkipped(t *testing.T) { t.Skip("not here") }
`,
}

// plantTiny writes the module and returns its root.
func plantTiny(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range tiny {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func try(t *testing.T, g Guard) (good bool, said string, err error) {
	t.Helper()
	g.Name, g.Attack = "the-guard", "Somebody comes in."
	if g.Package == "" {
		g.Package = "door"
	}
	var out bytes.Buffer
	r := runner{root: plantTiny(t), out: &out, workers: 1}
	good, err = r.run(context.Background(), []Guard{g})
	for name, text := range tiny {
		if now, err := os.ReadFile(filepath.Join(r.root, name)); err != nil || string(now) != text {
			t.Errorf("%s was changed (%v)", name, err)
		}
	}
	return good, out.String(), err
}

func TestVerdicts(t *testing.T) {
	edit := func(old, new string) []Edit { return []Edit{{File: "door/door.go", Old: old, New: new}} }
	key := edit(`key == "right" && `, ``)
	for name, c := range map[string]struct {
		guard Guard
		good  bool
		says  string
	}{
		"killed":           {Guard{Edits: key, Tests: []string{"TestKey"}}, true, "killed   the-guard: by TestKey/wrong_key ("},
		"killed by a part": {Guard{Edits: key, Tests: []string{"TestKey/wrong_key"}}, true, "killed   the-guard: by TestKey/wrong_key ("},
		"killed in what is embedded": {Guard{Edits: []Edit{{File: "door/rule.txt", Old: "closed", New: "open"}}, Tests: []string{"TestRule"}},
			true, "killed   the-guard: by TestRule ("},
		"two edits":             {Guard{Edits: append(edit("return 1", "return 2"), key...), Tests: []string{"TestKey"}}, true, "killed"},
		"survives":              {Guard{Edits: key, Tests: []string{"TestRule"}}, false, "SURVIVED the-guard: every test passes without it"},
		"does not compile":      {Guard{Edits: edit(`key == "right"`, `key == 1`), Tests: []string{"TestKey"}}, false, "UNFIT    the-guard: does not compile without it"},
		"is not Go":             {Guard{Edits: edit(`return key`, `return return key`), Tests: []string{"TestKey"}}, false, "is not Go: door/door.go"},
		"panics":                {Guard{Edits: edit(`return 1`, `return -1`), Tests: []string{"TestRust"}}, false, "UNFIT    the-guard: the tests end in a panic"},
		"exits":                 {Guard{Edits: edit("import _ \"embed\"", "import (_ \"embed\"; \"os\")\nfunc init() { os.Exit(1) }"), Tests: []string{"TestRust"}}, false, "or an exit without it"},
		"not found":             {Guard{Edits: edit(`key == "left"`, ``), Tests: []string{"TestKey"}}, false, `door/door.go: "key == \"left\"" does not stand in the file`},
		"not unique":            {Guard{Edits: edit(`return`, ``), Tests: []string{"TestKey"}}, false, `"return" stands in the file 2 times`},
		"no such file":          {Guard{Edits: []Edit{{File: "gate.go", Old: "x"}}, Tests: []string{"TestKey"}}, false, "gate.go: no such file"},
		"no such test":          {Guard{Edits: key, Tests: []string{"TestLock"}}, false, "door has no test TestLock"},
		"nothing is taken out":  {Guard{Edits: edit(`return 1`, `return 1`), Tests: []string{"TestKey"}}, false, "old must say what is replaced"},
		"says no tests":         {Guard{Edits: key}, false, "tests are missing"},
		"says no edits":         {Guard{Tests: []string{"TestKey"}}, false, "edits are missing"},
		"behind an anchor":      {Guard{Edits: []Edit{{File: "door/door.go", After: "func open", Old: `return key == "right" &&`, New: "return"}}, Tests: []string{"TestKey"}}, true, "killed"},
		"anchor not found":      {Guard{Edits: []Edit{{File: "door/door.go", After: "func shut", Old: "return"}}, Tests: []string{"TestKey"}}, false, `after: "func shut" does not stand`},
		"nothing behind anchor": {Guard{Edits: []Edit{{File: "door/door.go", After: "func rust", Old: "key"}}, Tests: []string{"TestKey"}}, false, `"key" does not stand behind "func rust"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			good, said, err := try(t, c.guard)
			if err != nil || good != c.good || !strings.Contains(said, c.says) {
				t.Errorf("good is %v (%v), said\n%s", good, err, said)
			}
		})
	}
}

// TestBaseline: a test that does not pass while the guard is there says nothing
// when it is not.
func TestBaseline(t *testing.T) {
	for name, test := range map[string]string{"skipped": "TestSkipped", "no such part": "TestKey/right_key", "fails": "TestBroken"} {
		t.Run(name, func(t *testing.T) {
			good, said, err := try(t, Guard{Edits: []Edit{{File: "door/door.go", Old: `key == "right" && `}}, Tests: []string{"TestKey", test}})
			if err != nil || good || !strings.Contains(said, "UNFIT    the-guard: "+test+" does not pass with all guards in place") {
				t.Errorf("good is %v (%v), said\n%s", good, err, said)
			}
			if test == "TestBroken" && (!strings.Contains(said, "| ") || strings.Contains(said, "TestKey")) {
				t.Errorf("it does not say why, or too much\n%s", said)
			}
		})
	}
}

func TestLoad(t *testing.T) {
	for name, c := range map[string]struct{ list, says string }{
		"good":        {"- {guard: a, attack: A.}\n- {guard: b}\n", ""},
		"twice":       {"- {guard: a}\n- {guard: a}\n", `"a": the name is missing or taken`},
		"no name":     {"- {attack: A.}\n", "the name is missing"},
		"unknown key": {"- {guard: a, test: TestX}\n", "field test not found"},
	} {
		guards, err := load(fstest.MapFS{"guards/x.yaml": {Data: []byte(c.list)}})
		if c.says == "" && (err != nil || len(guards) != 2) || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: %d guards, %v", name, len(guards), err)
		}
	}
}

func TestCommand(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		says string // on either, or in the error
	}{
		"list":         {[]string{"-list", "-run", "^redirect-uri-exact$"}, "redirect-uri-exact  An address that"},
		"none matches": {[]string{"-run", "^nothing$"}, "no guard's name matches"},
		"bad pattern":  {[]string{"-run", "("}, "-run: "},
		"unknown flag": {[]string{"-x"}, "not defined: -x"},
		"help":         {[]string{"-h"}, "try only guards"},
	} {
		var out bytes.Buffer
		if err := run(context.Background(), c.args, &out, &out); err != nil {
			out.WriteString(err.Error())
		}
		if !strings.Contains(out.String(), c.says) {
			t.Errorf("%s: %s", name, out.String())
		}
	}
}
