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

// short is a section that may also be written as one value.
type short interface {
	short(d *decoder, path string, n *yaml.Node)
}

func (d *decoder) section(path string, n *yaml.Node, v reflect.Value, depth int) {
	if s, ok := v.Addr().Interface().(short); ok && n.Kind == yaml.ScalarNode {
		s.short(d, path, n)
		return
	}
	if n.Kind != yaml.MappingNode {
		d.bad(path, "must be a group of keys (%s), not %s%s", keysOf(v.Type()), kindOf(n), d.instead(path, n, v.Type()))
		return
	}
	known := make(map[string]field)
	for _, f := range fields(v.Type()) {
		known[f.key] = f
	}
	d.pairs(path, n, func(key, inner string, k, value *yaml.Node) {
		f, ok := known[key]
		if !ok {
			d.marks[inner] = mark{line: k.Line}
			d.bad(inner, "%s", unknown(key, v.Type()))
			return
		}
		d.value(inner, value, v.Field(f.index), f, depth)
	})
	for _, f := range fields(v.Type()) {
		if inner := join(path, f.key); f.need && !d.has(inner) && !d.excused(path, f) {
			d.bad(inner, "is missing: write it, for example %s: %s", f.key, f.example)
		}
	}
}

// instead is what to write where something else than a group stands.
func (d *decoder) instead(path string, n *yaml.Node, in reflect.Type) string {
	needs := slices.ContainsFunc(fields(in), func(f field) bool { return f.need })
	switch {
	case path == "":
		return ": begin with " + d.begin
	case n.Value == "true" && !needs:
		return ": write {} for the defaults of all"
	}
	return ""
}

// excused: a URL says the mode.
func (d *decoder) excused(path string, f field) bool {
	return path == "redis" && f.key == "mode" && d.has("redis.url")
}

// pairs visits the keys of a mapping, each once.
func (d *decoder) pairs(path string, n *yaml.Node, visit func(key, inner string, k, value *yaml.Node)) {
	lines := make(map[string]int)
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, value := n.Content[i], n.Content[i+1]
		if k.Kind != yaml.ScalarNode {
			d.marks[path+".?"] = mark{line: k.Line}
			d.bad(path+".?", "a key must be one word")
			continue
		}
		inner := join(path, k.Value)
		if first, twice := lines[k.Value]; twice {
			d.problems = append(d.problems, Problem{d.file, k.Line, inner, fmt.Sprintf("is written twice, first in line %d: remove one", first)})
			continue
		}
		lines[k.Value] = k.Line
		if value.LineComment == "" {
			value.LineComment = k.LineComment // the parser leaves that of an absent value with the key
		}
		visit(k.Value, inner, k, value)
	}
}

func (d *decoder) list(path string, n *yaml.Node, v reflect.Value, f field, depth int) {
	if n.Kind != yaml.SequenceNode {
		d.bad(path, "must be a list, such as %s, not %s", cmp.Or(f.example, "- ..."), kindOf(n))
		return
	}
	out := reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content))
	for i, item := range n.Content {
		if v.Type().Elem().Kind() == reflect.Struct && v.Type().Elem() != prefixType {
			setDefaults(out.Index(i))
		}
		d.value(path+"["+strconv.Itoa(i)+"]", item, out.Index(i), f, depth)
	}
	v.Set(out)
}

// table decodes a mapping whose keys are the operator's own.
func (d *decoder) table(path string, n *yaml.Node, v reflect.Value, f field, depth int) {
	if n.Kind != yaml.MappingNode {
		d.bad(path, "must be a group of names and values, not %s", kindOf(n))
		return
	}
	out := reflect.MakeMap(v.Type())
	d.pairs(path, n, func(key, inner string, _, value *yaml.Node) {
		if v.Type().Elem().Kind() == reflect.Interface {
			out.SetMapIndex(reflect.ValueOf(key), reflect.ValueOf(box{d.free(inner, value, depth)}).Field(0))
			return
		}
		item := reflect.New(v.Type().Elem()).Elem()
		if item.Kind() == reflect.Struct {
			setDefaults(item)
		}
		d.value(inner, value, item, field{example: f.example}, depth)
		out.SetMapIndex(reflect.ValueOf(key), item)
	})
	v.Set(out)
}

// box lets reflection hold a nil of type any.
type box struct{ V any }

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func keysOf(t reflect.Type) string {
	var keys []string
	for _, f := range fields(t) {
		keys = append(keys, f.key)
	}
	return strings.Join(keys, ", ")
}

// kindOf names what stands there without showing it.
func kindOf(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a group of keys"
	case yaml.SequenceNode:
		return "a list"
	}
	return "a single value"
}
