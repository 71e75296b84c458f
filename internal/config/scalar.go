package config

import (
	"math"
	"net/netip"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// text returns a scalar's text with the environment's values in it. What comes
// from there is text whatever it looks like, and never read as YAML.
func (d *decoder) text(path string, n *yaml.Node) (value string, fromEnv, ok bool) {
	if n.Kind != yaml.ScalarNode {
		d.bad(path, "must be a single value, not %s", kindOf(n))
		return "", false, false
	}
	value, names, err := expand(n.Value, d.env)
	m := d.marks[path]
	m.from = names
	d.marks[path] = m
	if err != nil {
		d.bad(path, "%v", err)
		return "", false, false
	}
	return value, len(names) > 0, true
}

// scalar decodes a single value by v's type.
func (d *decoder) scalar(path string, n *yaml.Node, v reflect.Value, f field) {
	value, fromEnv, ok := d.text(path, n)
	if !ok {
		return
	}
	tag := n.ShortTag()
	if fromEnv {
		tag = "" // known only by its looks
	}
	switch {
	case v.Type() == durationType:
		d.duration(path, value, tag, v, f)
	case v.Type() == prefixType:
		d.prefix(path, value, v)
	case v.Kind() == reflect.Bool:
		if value != "true" && value != "false" || tag == "!!str" {
			d.bad(path, "must be true or false, without quotes")
			return
		}
		v.SetBool(value == "true")
	case v.Kind() == reflect.Int:
		number, err := strconv.ParseInt(value, 10, 32)
		if err != nil || tag == "!!str" || number < 0 {
			d.bad(path, "must be a whole number, 0 or more, without quotes")
			return
		}
		v.SetInt(number)
	case v.Kind() == reflect.String:
		d.string(path, value, tag, v, f)
	default:
		d.bad(path, "must be %s, not a single value", shapeOf(v.Type(), f))
	}
}

func shapeOf(t reflect.Type, f field) string {
	if t.Kind() == reflect.Slice {
		return "a list, such as " + f.example
	}
	return "a group of names and values, such as " + f.example
}

func (d *decoder) string(path, value, tag string, v reflect.Value, f field) {
	if tag == "!!int" && f.key == "listen" {
		d.bad(path, "is a number: write \":%s\", colon and quotes included, or host:port", value)
		return
	}
	if tag != "!!str" && tag != "" {
		d.bad(path, "must be text: put it in quotes")
		return
	}
	if strings.TrimSpace(value) == "" && (f.need || value != "") {
		d.bad(path, "is empty%s: write a value, or remove the key", d.whose(path))
		return
	}
	if len(f.oneOf) > 0 && !slices.Contains(f.oneOf, value) {
		advice := "must be one of " + strings.Join(f.oneOf, ", ")
		if k := nearest(value, f.oneOf); k != "" && !d.hidden(path) {
			advice += ": did you mean " + k + "?"
		}
		d.bad(path, "%s is not known: %s", d.show(path, value), advice)
		return
	}
	v.SetString(value)
}

// whose says that an empty value is the environment's.
func (d *decoder) whose(path string) string {
	if m := d.marks[path]; len(m.from) > 0 {
		return ", as the environment sets " + strings.Join(m.from, ", ")
	}
	return ""
}

func (d *decoder) duration(path, value, tag string, v reflect.Value, f field) {
	least, most, none := bound(f.min), bound(f.max), ""
	if least == 0 {
		none = ", or 0s for none"
	}
	if tag == "!!int" || tag == "!!float" {
		d.bad(path, "has no unit: write seconds as 90s, minutes as 15m, hours as 10h, days as 7d%s", none)
		return
	}
	dur, err := parseDuration(value)
	if err != nil {
		d.bad(path, "%v%s", err, none)
		return
	}
	switch {
	case dur < 0 && least == 0:
		d.bad(path, "must not be less than zero, for example %s%s", f.example, none)
	case dur < 0 || dur == 0 && least > 0:
		d.bad(path, "must be more than zero, for example %s", f.example)
	case dur < least:
		d.bad(path, "must be at least %s, for example %s", f.min, f.example)
	case dur > most:
		d.bad(path, "must be at most %s, for example %s", f.max, f.example)
	default:
		v.SetInt(int64(dur))
	}
}

func bound(text string) time.Duration {
	d, err := parseDuration(text)
	if err != nil {
		panic("config: bound " + text) // a constant of a tag
	}
	return d
}

func (d *decoder) prefix(path, value string, v reflect.Value) {
	if addr, err := netip.ParseAddr(value); err == nil && addr.Zone() == "" {
		v.Set(reflect.ValueOf(netip.PrefixFrom(addr.Unmap(), addr.Unmap().BitLen())))
		return
	}
	p, err := netip.ParsePrefix(value)
	switch {
	case err != nil:
		d.bad(path, "%s is not an address or network: write 10.1.2.3 or 10.1.2.0/24", d.show(path, value))
	case p.Masked() != p && d.hidden(path):
		d.bad(path, "has an address inside its network: write the network itself, as in 10.1.2.0/24")
	case p.Masked() != p:
		d.bad(path, "has an address inside its network: write %s", p.Masked())
	default:
		v.Set(reflect.ValueOf(p))
	}
}

// free decodes what may be anything that JSON knows.
func (d *decoder) free(path string, n *yaml.Node, depth int) any {
	line := n.Line
	if n = d.resolve(path, n, depth); n == nil {
		return nil
	}
	d.marks[path] = mark{line: line, kind: n.Kind}
	switch n.Kind {
	case yaml.MappingNode:
		out := make(map[string]any)
		d.pairs(path, n, func(key, inner string, _, value *yaml.Node) { out[key] = d.free(inner, value, depth+1) })
		return out
	case yaml.SequenceNode:
		out := make([]any, 0, len(n.Content))
		for i, item := range n.Content {
			out = append(out, d.free(path+"["+strconv.Itoa(i)+"]", item, depth+1))
		}
		return out
	}
	return d.plain(path, n)
}

// plain decodes a scalar as YAML types it. Dates stay the text that they are.
func (d *decoder) plain(path string, n *yaml.Node) any {
	value, fromEnv, ok := d.text(path, n)
	if !ok || fromEnv {
		return value
	}
	switch n.ShortTag() {
	case "!!null":
		return nil
	case "!!bool":
		return strings.EqualFold(value, "true")
	case "!!int":
		if i, err := strconv.ParseInt(strings.ReplaceAll(value, "_", ""), 0, 64); err == nil {
			return i
		}
		d.bad(path, "is a number that is too large: put it in quotes")
	case "!!float":
		if f, err := strconv.ParseFloat(strings.ReplaceAll(value, "_", ""), 64); err == nil && !math.IsInf(f, 0) && !math.IsNaN(f) {
			return f
		}
		d.bad(path, "is a number that JSON does not know: put it in quotes")
	case "!!str", "!!timestamp":
		return value
	default:
		d.bad(path, "has a YAML tag that is not known here: remove it")
	}
	return nil
}
