package jose_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/jose"
)

// unique is CheckObject by the tokens of encoding/json.
func unique(raw []byte) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	if first, err := d.Token(); err != nil || first != json.Delim('{') {
		return errors.New("no object")
	}
	if err := uniqueMembers(d, 1); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("more")
	}
	return nil
}

func uniqueMembers(d *json.Decoder, depth int) error {
	seen := make(map[string]bool)
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		key := name.(string)
		if depth == 1 {
			key = strings.ToLower(strings.ToUpper(key))
		}
		if seen[key] {
			return errors.New("twice")
		}
		seen[key] = true
		if err := uniqueValue(d, depth); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

func uniqueValue(d *json.Decoder, depth int) error {
	first, err := d.Token()
	if err != nil {
		return err
	}
	open, _ := first.(json.Delim)
	switch {
	case open != 0 && depth == 16:
		return errors.New("deep")
	case open == '{':
		return uniqueMembers(d, depth+1)
	case open == '[':
		for d.More() {
			if err := uniqueValue(d, depth+1); err != nil {
				return err
			}
		}
		_, err = d.Token()
	}
	return err
}

// FuzzCheckObject: what passes is what encoding/json would let pass.
func FuzzCheckObject(f *testing.F) {
	for _, text := range []string{
		`{}`, ` {"a":1}` + "\n", `{"a":1}x`, `{"a":1}{}`, `{"a":1`, `[]`, `"a"`, ``, `null`, `{"a":1,"a":2}`, `{"a":1,"A":2}`,
		`{"a":{"b":1,"B":2}}`, `{"a":{"b":1,"b":2}}`, `{"a":[{"b":1,"b":2}]}`, `{"a":[{"b":1},{"b":2}],"c":"}"}`,
		`{"s\u0075b":1,"sub":2}`, `{"ſ":1,"s":2}`, `{"K":1,"k":2}`, `{"é":1,"É":2}`, "{\"\xff\":1,\"\xfe\":2}", `{"\ud800":1,"\udbff":2}`,
		`{"a\"":1,"a\"":2}`, `{"a\\":1,"b":"\\"}`, `{"a":"\\\"","a":1}`, `{"":1,"":2}`, `{"a" : [ 1 , true , null , -1.5e3 , "x,y:z" ] , "b":[]}`,
		`{"a":` + strings.Repeat("[", 15) + strings.Repeat("]", 15) + `}`, `{"a":` + strings.Repeat("[", 16) + strings.Repeat("]", 16) + `}`,
		`{"a":1,}`, `{,"a":1}`, `{"a":01}`, `{"a":[1,]}`, `{"a":tru}`, `{"a"}`, `{a:1}`, "{\"a\":\"\x01\"}", "\v{}", "{\"\x7f\":1,\"\\u007f\":2}",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, want := jose.CheckObject(raw), unique(raw)
		if (got == nil) != (want == nil) {
			t.Errorf("%q: %v, want %v", raw, got, want)
		}
		if got == nil && !json.Valid(raw) {
			t.Errorf("%q passes, and is no JSON", raw)
		}
	})
}

func BenchmarkCheckObject(b *testing.B) {
	claims := []byte(`{"iss":"https://login.example.com/","sub":"alice","aud":"https://api.example.com","client_id":"app","iat":1,"exp":2,` +
		`"auth_time":1,"jti":"mM2cXgM1cvtJ8Lg6dFKEaw","scope":"openid profile email read","acr":"1","amr":["pwd"],"sid":"sid","gid":"grant"}`)
	b.ReportAllocs()
	for b.Loop() {
		if err := jose.CheckObject(claims); err != nil {
			b.Fatal(err)
		}
	}
}
