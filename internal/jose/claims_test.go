package jose_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/jose"
)

func TestTimes(t *testing.T) {
	times := jose.Times{Now: time.Unix(1000, 0), Leeway: 5 * time.Second, Longest: time.Minute}
	for claims, want := range map[string]string{
		`{"exp":1001}`:                           "",
		`{"exp":996}`:                            "",
		`{"exp":995}`:                            "exp has passed",
		`{"exp":995.5}`:                          "",
		`{"exp":1065}`:                           "",
		`{"exp":1066}`:                           "exp lies more than 1m0s ahead",
		`{"exp":1001,"nbf":1005,"iat":1005}`:     "",
		`{"exp":1001,"nbf":1006}`:                "nbf lies ahead",
		`{"exp":1001,"iat":1006}`:                "iat lies ahead",
		`{"exp":1001,"nbf":null,"iat":null}`:     "",
		`{}`:                                     "exp is missing",
		`{"exp":null}`:                           "exp is missing",
		`{"exp":"1001"}`:                         "not a number",
		`{"exp":1e300}`:                          "out of bounds",
		`{"exp":-1}`:                             "out of bounds",
		`{"exp":1001,"nbf":9223372036854775808}`: "out of bounds",
		`{"exp":1001,"iat":[1]}`:                 "not a number",
	} {
		expires, err := times.Check([]byte(claims))
		if want == "" && (err != nil || expires.IsZero()) || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", claims, err, want)
		}
	}
	times.Longest = 0
	if expires, err := times.Check([]byte(`{"exp":2000000000}`)); err != nil || expires.Unix() != 2000000000 {
		t.Errorf("without a bound: %s, %v", expires, err)
	}
}

func TestAudience(t *testing.T) {
	for raw, want := range map[string]string{
		`"a"`: "a", `["a"]`: "a", `["a","b"]`: "a b", `[]`: "", `null`: "",
		`1`: "error", `[1]`: "error", `{"a":1}`: "error", `["a",["b"]]`: "error",
	} {
		var a jose.Audience
		err := json.Unmarshal([]byte(raw), &a)
		if (err != nil) != (want == "error") || err == nil && strings.Join(a, " ") != want {
			t.Errorf("%s: %q, %v", raw, a, err)
		}
	}
}
