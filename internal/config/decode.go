package config

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Bounds on what aliases can unfold to, and on what anyone would read.
const (
	maxNodes    = 200_000
	maxDepth    = 40
	maxProblems = 500
)

// decoder fills structs from YAML nodes and remembers where each value stood.
type decoder struct {
	env      func(string) (string, bool)
	read     func(name string) ([]byte, error)
	file     string
	begin    string          // how such a file begins
	marks    map[string]mark // key path -> where and what
	problems Problems
	warnings Problems
	nodes    int
	others   []*decoder // of the files of YAML that this one names
}

// mark is where a value stands and whether it may be shown.
type mark struct {
	line    int
	kind    yaml.Kind
	from    []string // environment variables that are in it
	private bool     // a key that holds a secret
}

// bad reports a problem, once.
func (d *decoder) bad(path, format string, args ...any) {
	p := Problem{d.file, d.line(path), path, fmt.Sprintf(format, args...)}
	if len(d.problems) < maxProblems && !slices.Contains(d.problems, p) {
		d.problems = append(d.problems, p)
	}
}

func (d *decoder) warn(path, format string, args ...any) {
	d.warnings = append(d.warnings, Problem{d.file, d.line(path), path, fmt.Sprintf(format, args...)})
}

// found returns what is wrong and what will disappoint, file by file.
func (d *decoder) found() (problems, warnings Problems) {
	d.problems.sort()
	d.warnings.sort()
	problems, warnings = d.problems, d.warnings
	for _, other := range d.others {
		p, w := other.found()
		problems, warnings = append(problems, p...), append(warnings, w...)
	}
	return problems, warnings
}

// has tells whether the key was written.
func (d *decoder) has(path string) bool { _, ok := d.marks[path]; return ok }

// line returns where a key stands, or what it is missing from.
func (d *decoder) line(path string) int {
	for path != "" {
		if m, ok := d.marks[path]; ok {
			return m.line
		}
		path = path[:max(0, strings.LastIndexAny(path, ".["))]
	}
	return cmp.Or(d.marks[""].line, 1)
}

// hidden tells whether the value at a path must not be shown.
func (d *decoder) hidden(path string) bool {
	m := d.marks[path]
	return m.private || len(m.from) > 0
}

// show returns a value for an error text, or what it is where it must not be
// shown.
func (d *decoder) show(path, value string) string {
	switch m := d.marks[path]; {
	case m.private, strings.Contains(value, "@"): // user:password@ of a URL
		return "the value"
	case len(m.from) > 0:
		return "the value of ${" + strings.Join(m.from, "} and ${") + "}"
	case len(value) > 200:
		return strconv.Quote(value[:200]) + "..."
	}
	return strconv.Quote(value)
}

// resolve follows an alias and counts what it unfolds to.
func (d *decoder) resolve(path string, n *yaml.Node, depth int) *yaml.Node {
	for n != nil && n.Kind == yaml.AliasNode && depth < maxDepth {
		n, depth = n.Alias, depth+1
	}
	d.nodes++
	if n == nil || depth >= maxDepth || d.nodes > maxNodes {
		if d.nodes <= maxNodes+1 { // once
			d.bad(shorten(path), "is nested too deeply or too large: aliases must not contain themselves")
			d.nodes = max(d.nodes, maxNodes) + 1
		}
		return nil
	}
	return n
}

// shorten cuts a key path that goes in circles.
func shorten(path string) string {
	if len(path) > 60 {
		path = path[:strings.LastIndexAny(path[:60], ".[")]
	}
	return path
}

// value decodes a node into v, by v's type. A problem leaves v as it is.
func (d *decoder) value(path string, n *yaml.Node, v reflect.Value, f field, depth int) {
	line := n.Line // of an alias, not of what it names
	if n = d.resolve(path, n, depth); n == nil {
		return
	}
	if path == "" {
		line = 1 // comments included
	}
	d.marks[path] = mark{line: line, kind: n.Kind, private: v.Type() == secretType}
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" {
		advice := ""
		if c := n.LineComment; strings.HasPrefix(c, "#") && !strings.HasPrefix(c, "# ") {
			advice = "; what follows a # is a comment, unless it stands in quotes"
		}
		d.bad(path, "has no value: write one, or remove the key%s", advice)
		return
	}
	switch {
	case v.Type() == prefixType, n.Kind == yaml.ScalarNode && v.Kind() != reflect.Pointer && section(v.Type()) == nil,
		v.Type() == secretType, v.Kind() == reflect.String:
		d.scalar(path, n, v, f)
	case v.Kind() == reflect.Pointer:
		inner := reflect.New(v.Type().Elem())
		if inner.Elem().Kind() == reflect.Struct {
			setDefaults(inner.Elem())
		}
		d.value(path, n, inner.Elem(), f, depth+1)
		v.Set(inner)
	case v.Kind() == reflect.Struct:
		d.section(path, n, v, depth+1)
	case v.Kind() == reflect.Slice:
		d.list(path, n, v, f, depth+1)
	case v.Kind() == reflect.Map:
		d.table(path, n, v, f, depth+1)
	default:
		d.scalar(path, n, v, f)
	}
}
