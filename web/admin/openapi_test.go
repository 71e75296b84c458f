package admin_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/hush-sso/hush/web/admin"
)

const file = "openapi.yaml"

type object = map[string]any

// description reads openapi.yaml, and a compiler of its schemas, which are JSON
// Schema 2020-12.
var description = sync.OnceValues(func() (object, *jsonschema.Compiler) {
	text, err := os.ReadFile(file)
	if err != nil {
		panic(err)
	}
	var doc object
	if err := yaml.Unmarshal(text, &doc); err != nil {
		panic(err)
	}
	raw, err := json.Marshal(doc)
	if err != nil {
		panic(err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		panic(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(file, v); err != nil {
		panic(err)
	}
	return doc, c
})

var compiling sync.Mutex // a compiler is for one at a time

// pointer is a JSON pointer (RFC 6901).
func pointer(parts ...string) string {
	escaped := strings.NewReplacer("~", "~0", "/", "~1")
	p := "#"
	for _, part := range parts {
		p += "/" + strings.NewReplacer("%", "%25", "{", "%7B", "}", "%7D").Replace(escaped.Replace(part))
	}
	return p
}

// template finds the path of openapi.yaml that a path of a call fits.
func template(doc object, path string) string {
	path, _, _ = strings.Cut(path, "?")
	parts := strings.Split(path, "/")
	best := ""
	for t := range doc["paths"].(object) {
		names := strings.Split(strings.TrimPrefix(t, "/"), "/")
		if len(names) != len(parts) {
			continue
		}
		fits := true
		for i, name := range names {
			fits = fits && (name == parts[i] || name[0] == '{')
		}
		if fits && (best == "" || strings.Count(t, "{") < strings.Count(best, "{")) {
			best = t
		}
	}
	return best
}

// conforms holds an answer to what openapi.yaml says of the call.
func conforms(t testing.TB, method, path string, a answer) {
	t.Helper()
	doc, compiler := description()
	at := []string{"components", "responses", "Error", "content", "application/json", "schema"}
	if a.status == 200 {
		p := template(doc, path)
		if p == "/openapi.yaml" {
			return // not JSON
		}
		at = []string{"paths", p, strings.ToLower(method), "responses", "200", "content", "application/json", "schema"}
	}
	compiling.Lock()
	defer compiling.Unlock()
	schema, err := compiler.Compile(file + pointer(at...))
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(a.body))
	if err == nil {
		err = schema.Validate(v)
	}
	if err != nil {
		t.Errorf("%s %s answers %d with what openapi.yaml does not say: %v\n%s", method, path, a.status, err, a.body)
	}
	if strconv.Itoa(a.status) != "200" && !strings.Contains(doc["components"].(object)["responses"].(object)["Error"].(object)["description"].(string), strconv.Itoa(a.status)+" `"+a.text("error")+"`") {
		t.Errorf("status %d with %s is not in openapi.yaml", a.status, a.text("error"))
	}
}

// TestDescription: openapi.yaml has every call with its parameters, and no other.
func TestDescription(t *testing.T) {
	doc, _ := description()
	said := map[admin.Route]bool{}
	for path, item := range doc["paths"].(object) {
		own, _ := item.(object)["parameters"].([]any)
		for method, op := range item.(object) {
			if method == "parameters" {
				continue
			}
			more, _ := op.(object)["parameters"].([]any)
			var query, inPath []string
			for _, ref := range slices.Concat(own, more) {
				_, name, _ := strings.Cut(ref.(object)["$ref"].(string), "#/components/parameters/")
				if doc["components"].(object)["parameters"].(object)[name].(object)["in"] == "query" {
					query = append(query, name)
				} else {
					inPath = append(inPath, name)
				}
			}
			for _, name := range inPath {
				if !strings.Contains(path, "{"+name+"}") {
					t.Errorf("%s has no {%s}", path, name)
				}
			}
			if len(inPath) != strings.Count(path, "{") {
				t.Errorf("%s %s describes %d of its ids", method, path, len(inPath))
			}
			said[admin.Route{Method: strings.ToUpper(method), Path: path[1:], Name: op.(object)["operationId"].(string), Query: strings.Join(query, " ")}] = true
		}
	}
	there := map[admin.Route]bool{}
	for _, r := range admin.Routes() {
		there[r] = true
	}
	if !maps.Equal(said, there) {
		t.Errorf("openapi.yaml has\n%v\nthere is\n%v", said, there)
	}
}

// TestDescriptionIsServed as it stands in the file.
func TestDescriptionIsServed(t *testing.T) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	a := node(t).call("GET", "openapi.yaml")
	if a.status != 200 || a.body != string(text) || a.header.Get("Content-Type") != "application/yaml" {
		t.Errorf("%d %s", a.status, a.header)
	}
}
