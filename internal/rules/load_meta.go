package rules

import (
	"encoding/json"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// meta is what Auth0's deploy CLI writes beside a rule, in NAME.json.
type meta struct {
	Script  *string // such as ./rules/NAME.js; only the file's name counts
	Enabled *bool   // nil: yes
	Order   *int
	Stage   *string // login_success, or nothing
}

// describe takes over what a .json file says about a rule. It returns what is wrong
// with it. One that is about no rule, such as package.json, is left alone.
func describe(dir, name string, found []entry) string {
	source, err := read(filepath.Join(dir, name))
	if err != nil {
		return err.Error()
	}
	var m meta
	err = json.Unmarshal([]byte(source), &m)
	file := strings.TrimSuffix(name, ".json") + ".js"
	if m.Script != nil {
		file = path.Base(strings.ReplaceAll(*m.Script, `\`, "/"))
	}
	at := slices.IndexFunc(found, func(e entry) bool { return e.file == file })
	switch {
	case at < 0 && m.Script == nil:
		return ""
	case err != nil:
		return "is about " + file + " and cannot be read as JSON: " + err.Error()
	case at < 0:
		return "names the script " + file + ", and there is no such file: add it, or remove this one"
	case m.Stage != nil && *m.Stage != "" && *m.Stage != "login_success":
		return "has a stage that does not exist here: only rules of login_success run; remove the rule"
	}
	e := &found[at]
	e.enabled = e.enabled && (m.Enabled == nil || *m.Enabled)
	if m.Order != nil {
		e.order, e.placed = *m.Order, true
	}
	return ""
}
