package config

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/hush-sso/hush/web/page"
)

var update = flag.Bool("update", false, "write docs/configuration.md's tables and docs/hush.schema.json anew")

const (
	reference = "../../docs/configuration.md"
	schema    = "../../docs/hush.schema.json"
	example   = "../../docs/hush.example.yaml"
)

// TestReference keeps the tables of docs/configuration.md as the structs say.
func TestReference(t *testing.T) {
	docs := comments(t)
	for name, text := range map[string]string{"keys": tables(docs)} {
		begin := "<!-- " + name + ": written by go test ./internal/config -update -->\n"
		end := "<!-- end of " + name + " -->\n"
		page, err := os.ReadFile(reference)
		if err != nil {
			t.Fatal(err)
		}
		before, rest, ok1 := strings.Cut(string(page), begin)
		_, after, ok2 := strings.Cut(rest, end)
		if !ok1 || !ok2 {
			t.Fatalf("%s has no part %q", reference, name)
		}
		same(t, reference, page, []byte(before+begin+"\n"+text+"\n"+end+after))
	}
}

// TestSchema keeps docs/hush.schema.json as the structs say.
func TestSchema(t *testing.T) {
	page, err := os.ReadFile(schema)
	if err != nil && !*update {
		t.Fatal(err)
	}
	same(t, schema, page, schemaText(t))
}

func same(t *testing.T, name string, is, want []byte) {
	t.Helper()
	switch {
	case bytes.Equal(is, want):
	case *update:
		if err := os.WriteFile(name, want, 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("%s is not what the structs say: run go test ./internal/config -update", name)
	}
}

// comments returns the comment of every field, by "Struct.Field". A field
// without one fails the test.
func comments(t *testing.T) map[string]string {
	t.Helper()
	docs := make(map[string]string)
	for _, name := range []string{"config.go", "registry.go"} {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			if s, ok := spec.Type.(*ast.StructType); ok {
				for _, f := range s.Fields.List {
					for _, id := range f.Names {
						docs[spec.Name.Name+"."+id.Name] = strings.Join(strings.Fields(f.Doc.Text()), " ")
					}
				}
			}
			return false
		})
	}
	walkTypes(reflect.TypeFor[Config](), "", func(_ string, in reflect.Type, f field) {
		if docs[in.Name()+"."+f.name] == "" {
			t.Errorf("%s.%s has no comment", in.Name(), f.name)
		}
		if section(f.kind) == nil && f.example == "" {
			t.Errorf("%s.%s has no example", in.Name(), f.name)
		}
		if section(f.kind) == nil && !f.need && f.fallback == "" && f.otherwise == "" {
			t.Errorf("%s.%s says neither a default nor that it is needed", in.Name(), f.name)
		}
	})
	return docs
}

// walkTypes visits each section's keys together, then the sections inside.
func walkTypes(t reflect.Type, prefix string, visit func(prefix string, in reflect.Type, f field)) {
	for _, f := range fields(t) {
		visit(prefix, t, f)
	}
	for _, f := range fields(t) {
		if inner := section(f.kind); inner != nil {
			path := prefix + f.key
			switch f.kind.Kind() {
			case reflect.Slice:
				path += "[]"
			case reflect.Map:
				path += ".<name>"
			}
			walkTypes(inner, path+".", visit)
		}
	}
}

// tables is the reference: one table a section.
func tables(docs map[string]string) string {
	var b strings.Builder
	last := "-"
	walkTypes(reflect.TypeFor[Config](), "", func(prefix string, in reflect.Type, f field) {
		if prefix != last {
			title := "The top level"
			if prefix != "" {
				title = "`" + strings.TrimSuffix(prefix, ".") + "`"
			}
			fmt.Fprintf(&b, "\n### %s\n\n| Key | Type | Default | Example | Meaning |\n|---|---|---|---|---|\n", title)
			last = prefix
		}
		fallback := f.otherwise
		switch {
		case f.need:
			fallback = "**required**"
		case f.fallback != "":
			fallback = "`" + strings.ReplaceAll(f.fallback, ",", ", ") + "`"
		case fallback == "" && section(f.kind) != nil:
			fallback = "its keys' defaults"
		}
		text := docs[in.Name()+"."+f.name]
		sample := ""
		if f.example != "" {
			sample = "`" + f.example + "`"
		}
		row := []string{"`" + f.key + "`", typeName(f), fallback, sample, text}
		for i := range row {
			row[i] = strings.ReplaceAll(row[i], "|", "\\|")
		}
		b.WriteString("| " + strings.Join(row, " | ") + " |\n")
	})
	return strings.TrimPrefix(b.String(), "\n")
}

func typeName(f field) string {
	t := f.kind
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	list := ""
	if t.Kind() == reflect.Slice {
		list, t = "list of ", t.Elem()
	}
	switch {
	case len(f.oneOf) > 0:
		return list + "`" + strings.Join(f.oneOf, "`, `") + "`"
	case t == durationType:
		return fmt.Sprintf("duration, %s to %s", f.min, f.max)
	case t == prefixType:
		return list + "addresses or networks"
	case t == secretType:
		return list + "secret text"
	case t == reflect.TypeFor[Texts]():
		return "texts by language and key"
	case t.Kind() == reflect.Struct:
		return list + map[bool]string{true: "groups", false: "group"}[list != ""]
	case t.Kind() == reflect.Map && t.Elem().Kind() == reflect.Struct:
		return "groups by name"
	case t.Kind() == reflect.Map:
		return "names and values"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.Int:
		return "number"
	}
	return list + "text"
}

// object is a JSON object in the order in which it is written.
type object []any // key, value, key, value ...

func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i := 0; i < len(o); i += 2 {
		if i > 0 {
			b.WriteByte(',')
		}
		key, _ := json.Marshal(o[i])
		var value bytes.Buffer
		enc := json.NewEncoder(&value)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(o[i+1]); err != nil {
			return nil, err
		}
		b.Write(key)
		b.WriteByte(':')
		b.Write(bytes.TrimSpace(value.Bytes()))
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

var fromEnv = object{"type", "string", "pattern", `\$\{`}

func schemaText(t *testing.T) []byte {
	t.Helper()
	root := append(object{
		"$schema", "https://json-schema.org/draft/2020-12/schema",
		"title", "hush.yaml", "description", "The configuration of Hush. Durations are Go durations, plus d for days. ${NAME} reads the environment.",
	}, schemaOf(t, comments(t), reflect.TypeFor[Config]())...)
	raw, err := json.Marshal(root)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := json.Indent(&b, raw, "", "  "); err != nil {
		t.Fatal(err)
	}
	// json.Marshal escapes what a nested MarshalJSON returns.
	out := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(b.String())
	return []byte(out + "\n")
}

// schemaOf is the schema of a section.
func schemaOf(t *testing.T, docs map[string]string, in reflect.Type) object {
	var properties object
	required := []string{}
	for _, f := range fields(in) {
		s := append(object{"description", docs[in.Name()+"."+f.name]}, schemaOfField(t, docs, f)...)
		if f.fallback != "" {
			s = append(s, "default", sample(t, f, f.fallback))
		}
		if f.example != "" {
			s = append(s, "examples", []any{sample(t, f, f.example)})
		}
		properties = append(properties, f.key, s)
		if f.need && !(in == reflect.TypeFor[Redis]() && f.key == "mode") {
			required = append(required, f.key)
		}
	}
	o := object{"type", "object", "additionalProperties", false, "properties", properties}
	if len(required) > 0 {
		o = append(o, "required", required)
	}
	switch in {
	case reflect.TypeFor[Redis]():
		o = append(o, "anyOf", []object{{"required", []string{"mode"}}, {"required", []string{"url"}}})
		return object{"anyOf", []object{o, {"type", "string"}}}
	case reflect.TypeFor[GroupRemember]():
		return object{"anyOf", []object{o, {"enum", []any{false}}, fromEnv}}
	case reflect.TypeFor[RedisTLS]():
		return object{"anyOf", []object{o, {"type", "boolean"}, fromEnv}}
	}
	return o
}

func schemaOfField(t *testing.T, docs map[string]string, f field) object {
	k := f.kind
	if k.Kind() == reflect.Pointer {
		k = k.Elem()
	}
	switch {
	case k.Kind() == reflect.Slice:
		item := f
		item.kind = k.Elem()
		return object{"type", "array", "items", schemaOfField(t, docs, item)}
	case len(f.oneOf) > 0:
		return object{"anyOf", []object{{"enum", f.oneOf}, fromEnv}}
	case k == durationType:
		return object{"type", "string", "pattern", `^([0-9.]+d)?([0-9.]+(ns|us|µs|ms|s|m|h))*$|\$\{`}
	case k.Kind() == reflect.Struct && k != prefixType:
		return schemaOf(t, docs, k)
	case k == reflect.TypeFor[Texts]():
		return schemaOfTexts()
	case k.Kind() == reflect.Map && k.Elem().Kind() == reflect.Interface:
		return object{"type", "object"}
	case k.Kind() == reflect.Map && k.Elem().Kind() == reflect.Struct:
		return object{"type", "object", "additionalProperties", schemaOf(t, docs, k.Elem())}
	case k.Kind() == reflect.Map:
		return object{"type", "object", "additionalProperties", object{"type", "string"}}
	case k.Kind() == reflect.Bool:
		return object{"anyOf", []object{{"type", "boolean"}, fromEnv}}
	case k.Kind() == reflect.Int:
		return object{"anyOf", []object{{"type", "integer", "minimum", 0}, fromEnv}}
	}
	return object{"type", "string"}
}

// schemaOfTexts knows every key, so that an editor can offer them.
func schemaOfTexts() object {
	var keys, languages object
	for _, key := range page.TextKeys() {
		keys = append(keys, key, object{"type", "string"})
	}
	for _, language := range page.Languages() {
		languages = append(languages, language, object{"type", "object", "additionalProperties", false, "properties", keys})
	}
	return object{"type", "object", "additionalProperties", false, "properties", languages}
}

// sample reads a tag's text as the value that the file would hold.
func sample(t *testing.T, f field, text string) any {
	if f.kind.Kind() == reflect.Slice && !strings.HasPrefix(text, "[") {
		return strings.Split(text, ",")
	}
	var v any
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%s: %q: %v", f.key, text, err)
	}
	return v
}
