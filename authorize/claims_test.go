package authorize

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/token"
)

func TestParseClaims(t *testing.T) {
	for raw, want := range map[string]wishes{
		`{}`: {},
		`{"userinfo":{"email":null,"name":{"essential":true}},"id_token":{"picture":{}}}`: {
			named: token.Requested{UserInfo: []string{"email", "name"}, IDToken: []string{"picture"}}},
		`{"id_token":{"email":{"value":"a@b.c"},"locale":{"values":[1,{"x":null}]}}}`: {
			named: token.Requested{IDToken: []string{"email", "locale"}}},
		`{"id_token":null,"userinfo":null}`:                                          {},
		`{"access_token":{"a":1},"id_token":{"https://x.test/role":null}}`:           {}, // nobody knows them
		`{"id_token":{"iss":{"value":"x"},"auth_time":{"essential":true}}}`:          {}, // the protocol's own
		`{"id_token":{"nickname":{"essential":false,"purpose":"to say hello"}}}`:     {named: token.Requested{IDToken: []string{"nickname"}}},
		`{"id_token":{"sub":{"value":"alice"}}}`:                                     {subjects: []string{"alice"}},
		`{"userinfo":{"sub":{"values":["alice","bob"],"essential":true}}}`:           {subjects: []string{"alice", "bob"}},
		`{"id_token":{"sub":{"values":["a","b"]}},"userinfo":{"sub":{"value":"b"}}}`: {subjects: []string{"b"}},
		`{"id_token":{"sub":null}}`:                                                  {},
		`{"id_token":{"acr":{"essential":true,"values":["2","1"]}}}`:                 {acrs: []string{"2", "1"}, mustACR: true},
		`{"id_token":{"acr":{"essential":true,"value":"3"}}}`:                        {acrs: []string{"3"}, mustACR: true},
		`{"id_token":{"acr":{"values":["3"]}}}`:                                      {acrs: []string{"3"}}, // a wish
		`{"id_token":{"acr":{"essential":true}}}`:                                    {},
		`{"userinfo":{"acr":{"essential":true,"value":"3"}}}`:                        {}, // of the ID token only
	} {
		got, problem := parseClaims(raw)
		if problem != "" || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %q", raw, got, problem)
		}
	}
}

// badClaims are what no request may say.
var badClaims = map[string]string{
	`null`: "one JSON object", `[]`: "one JSON object", `"x"`: "one JSON object", `{`: "one JSON object", `{} {}`: "one JSON object",
	`{"id_token":{},"id_token":{}}`:                                              "no member stands twice",
	`{"id_token":{"email":null,"email":null}}`:                                   "no member stands twice",
	`{"id_token":{"sub":{"value":"alice","value":"bob"}}}`:                       "no member stands twice",
	`{"unknown":{"a":1,"a":2}}`:                                                  "no member stands twice",
	`{"id_token":[]}`:                                                            "id_token that is no object",
	`{"userinfo":"email"}`:                                                       "userinfo that is no object",
	`{"id_token":{"email":true}}`:                                                "something else than null",
	`{"id_token":{"email":{"essential":"yes"}}}`:                                 "essential",
	`{"id_token":{"sub":{"values":"alice"}}}`:                                    "values",
	`{"id_token":{"sub":{"values":[]}}}`:                                         "values",
	`{"id_token":{"sub":{"value":"a","values":["b"]}}}`:                          "values",
	`{"id_token":{"sub":{"value":1}}}`:                                           "no text",
	`{"id_token":{"sub":{"value":null}}}`:                                        "no text",
	`{"id_token":{"acr":{"essential":true,"values":["1",2]}}}`:                   "no text",
	`{"id_token":{"sub":{"value":"a"}},"userinfo":{"sub":{"value":"b"}}}`:        "different users",
	`{"id_token":` + strings.Repeat(`{"a":`, 20) + `1` + strings.Repeat("}", 21): "one JSON object",
	`{"userinfo":{"` + strings.Repeat("x", 4096) + `":null}}`:                    "too long",
}

func TestBadClaims(t *testing.T) {
	for raw, want := range badClaims {
		if _, problem := parseClaims(raw); !strings.Contains(problem, want) {
			t.Errorf("%.80s: %q, want %q", raw, problem, want)
		}
	}
}

// FuzzParseClaims: what is read is what was said, and nothing that nobody knows
// gets into a token.
func FuzzParseClaims(f *testing.F) {
	for raw := range badClaims {
		f.Add(raw)
	}
	f.Add(`{"userinfo":{"email":{"essential":true},"sub":{"values":["a","b"]}},"id_token":{"acr":{"essential":true,"values":["1"]}}}`)
	f.Fuzz(func(t *testing.T, raw string) {
		w, problem := parseClaims(raw)
		if problem != "" {
			return
		}
		if len(raw) > maxClaims || !json.Valid([]byte(raw)) {
			t.Fatal("read all the same")
		}
		for _, name := range append(w.named.IDToken, w.named.UserInfo...) {
			if token.ScopeOf(name) == "" || !strings.Contains(raw, `"`) {
				t.Errorf("%q is no standard claim", name)
			}
		}
		if w.subjects != nil && len(w.subjects) == 0 || w.acrs != nil && len(w.acrs) == 0 {
			t.Error("a demand that nothing meets is taken for none")
		}
		if needs := w.named.Needs(); !needs.Covers(token.Requested{IDToken: w.named.IDToken}.Needs()) {
			t.Errorf("needs are %q", needs)
		}
	})
}
