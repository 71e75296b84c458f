package config

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// TestSchemaAgrees: what an editor says by the schema of a file is what Load
// says, as far as a schema can.
func TestSchemaAgrees(t *testing.T) {
	var root map[string]any
	if err := json.Unmarshal([]byte(read(t, schema)), &root); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"shape": read(t, "testdata/shape.yaml"), "example": read(t, example), "base": file(), "URL": file("redis: redis://localhost:6379"),
		"TLS": file("redis: {mode: single, addrs: [\"a:1\"], tls: true}"), "variables": file("session: {idle: \"${D}\", max_per_user: \"${N}\"}"),
	} {
		if text := refused(root, parsed(t, text), ""); text != "" {
			t.Errorf("%s: %s", name, text)
		}
	}
	for _, name := range []string{
		"unknown key", "key of another section", "camel case", "text for a list", "list for a text", "number for a text", "word for a boolean", "no issuer", "no secrets", "no redis",
		"redis without mode", "redis mode", "redis tls word", "tls without key", "no unit", "not a duration", "client without id", "client type", "no redirect", "password grant", "algorithm",
		"api without audience", "user without name", "user with password",
	} {
		if refused(root, parsed(t, brokens[name].text), "") == "" {
			t.Errorf("%s: the schema accepts it", name)
		}
	}
}

func parsed(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// refused judges a value by those words of JSON Schema that ours uses.
func refused(s map[string]any, v any, path string) string {
	if any, ok := s["anyOf"].([]any); ok {
		if !slices.ContainsFunc(any, func(one interface{}) bool { return refused(one.(map[string]interface{}), v, path) == "" }) {
			return path + ": none of anyOf"
		}
	}
	if enum, ok := s["enum"].([]any); ok && !slices.ContainsFunc(enum, func(e any) bool { return reflect.DeepEqual(e, v) }) {
		return path + ": not in enum"
	}
	if kind, ok := s["type"].(string); ok && kind != kindOfValue(v) {
		return fmt.Sprintf("%s: %T is no %s", path, v, kind)
	}
	if text, ok := v.(string); ok && s["pattern"] != nil && !regexp.MustCompile(s["pattern"].(string)).MatchString(text) {
		return path + ": pattern"
	}
	if list, ok := v.([]any); ok && s["items"] != nil {
		for i := range list {
			if text := refused(s["items"].(map[string]any), list[i], fmt.Sprintf("%s[%d]", path, i)); text != "" {
				return text
			}
		}
	}
	if group, ok := v.(map[string]any); ok {
		return refusedGroup(s, group, path)
	}
	return ""
}

func refusedGroup(s, group map[string]any, path string) string {
	required, _ := s["required"].([]any)
	for _, key := range required {
		if _, ok := group[key.(string)]; !ok {
			return path + ": lacks " + key.(string)
		}
	}
	properties, _ := s["properties"].(map[string]any)
	for key, value := range group {
		inner, known := properties[key].(map[string]any)
		if !known && s["additionalProperties"] == false {
			return path + ": unknown " + key
		}
		if text := refused(inner, value, strings.TrimPrefix(path+"."+key, ".")); known && text != "" {
			return text
		}
	}
	return ""
}

func kindOfValue(v any) string {
	switch v.(type) {
	case string:
		return "string"
	case bool:
		return "boolean"
	case int:
		return "integer"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	}
	return "null"
}
