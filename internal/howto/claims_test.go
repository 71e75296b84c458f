package howto

import (
	"encoding/base64"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// TestClaims: the tokens of claims.md say what the page says.
func TestClaims(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.write("hush.yaml", block(t, "claims.md", "mapped hush.yaml"))
	p.serve("hush.yaml", "9090")
	tokens := p.signIn(p.agent("8080"))
	roles := []any{"buyer"}
	for name, want := range map[string]map[string]any{
		"id_token":     {"https://shop.example.com/roles": roles, "plan": "gold", "colour": "green", "email": nil, "name": "Alice Example"},
		"access_token": {"https://shop.example.com/roles": roles, "email": "alice@example.com", "plan": nil},
	} {
		raw, _ := tokens[name].(string)
		text, err := base64.RawURLEncoding.DecodeString(strings.Split(raw+"..", ".")[1])
		var claims map[string]any
		if err != nil || json.Unmarshal(text, &claims) != nil {
			t.Fatalf("%s: %q", name, raw)
		}
		for claim, value := range want {
			if !reflect.DeepEqual(claims[claim], value) {
				t.Errorf("%s: %s is %v", name, claim, claims[claim])
			}
		}
	}
}
