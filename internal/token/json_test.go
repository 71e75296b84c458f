package token

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"
	"time"
)

// fill gives every field of a struct a value that is not zero.
func fill(t *testing.T, v reflect.Value) {
	t.Helper()
	for i := range v.NumField() {
		switch f := v.Field(i); f.Kind() {
		case reflect.String:
			f.SetString(v.Type().Field(i).Name + ` <"\> é`)
		case reflect.Int64:
			f.SetInt(int64(-i - 1))
		case reflect.Slice:
			f.Set(reflect.ValueOf([]string{"one", "two & three"}))
		case reflect.Map:
			f.Set(reflect.ValueOf(map[string]any{"email": nil, "name": "Bob"}))
		case reflect.Pointer:
			f.Set(reflect.New(f.Type().Elem()))
			fill(t, f.Elem())
		default:
			t.Fatalf("a field of kind %s", f.Kind())
		}
	}
}

// TestClaimsAsTagged: claims are written by hand and read by their tags, so the two must
// say the same, of each field that there is.
func TestClaimsAsTagged(t *testing.T) {
	access, id := &AccessClaims{}, &idClaims{}
	for range 2 { // all zero, and none
		o, err := access.write(nil)
		want, failed := json.Marshal(access)
		if got := string(o.close()); err != nil || failed != nil || got != string(want) {
			t.Errorf("access token: %s, %v, want %s", got, err, want)
		}
		want, failed = json.Marshal(id)
		if got := string(id.write(nil).close()); failed != nil || got != string(want) {
			t.Errorf("ID token: %s, want %s", got, want)
		}
		fill(t, reflect.ValueOf(access).Elem())
		fill(t, reflect.ValueOf(id).Elem())
	}
}

// TestValuesAsEncodingJSON: what directories, mappings and rules put into tokens.
func TestValuesAsEncodingJSON(t *testing.T) {
	claims := map[string]any{
		"": "", "plain": "Alice Example", "quotes": `"\/`, "script": "</script>&", "line": "a\nb\u2028c\x00\x7f", "names": "Zoë 🦊",
		"broken": "\xff\xc3", "\x01 <é> \xff": "name", "yes": true, "no": false, "null": nil, "int": 1, "big": int64(1) << 53, "float": 1e21,
		"small": 0.1, "number": json.Number("1.50"), "list": []any{"a", 1.0, nil}, "texts": []string{"<"}, "time": time.Unix(0, 0).UTC(),
		"deep": map[string]any{"b": map[string]any{}, "a": []any{map[string]any{"é": "&"}}},
	}
	o, err := object(nil).values(claims)
	want, failed := json.Marshal(claims)
	if got := string(o.close()); err != nil || failed != nil || got != string(want) {
		t.Errorf("%s, %v, want %s", got, err, want)
	}
	if _, err := object(nil).values(map[string]any{"a": math.NaN(), "b": 1}); err == nil {
		t.Error("what is no JSON is written")
	}
}
