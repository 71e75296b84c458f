package config

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// contexts is base with an order of authentication contexts.
func contexts(lines ...string) string { return file("acr:\n  - " + strings.Join(lines, "\n  - ")) }

func TestACR(t *testing.T) {
	if got := good(t, file(), nil).ACROrder().Values(); !slices.Equal(got, []string{"1"}) {
		t.Errorf("without acr: %v", got)
	}
	c := good(t, contexts(`value: "1"`, `{value: urn:example:confirmed, methods: [pwd], on_request: true, max_age: 15m}`), nil)
	o, pwd := c.ACROrder(), []string{"pwd"}
	if !slices.Equal(o.Values(), []string{"1", "urn:example:confirmed"}) {
		t.Fatalf("%v", o.Values())
	}
	if o.Reached(pwd, 0) != "1" || o.Reached(pwd, 1) != "urn:example:confirmed" || o.Reached([]string{"otp"}, 1) != "1" {
		t.Error("on_request or methods are not what was written")
	}
	if o.Held("urn:example:confirmed", pwd, 15*time.Minute) != 1 || o.Held("urn:example:confirmed", pwd, 16*time.Minute) != 0 {
		t.Error("max_age is not what was written")
	}
	spec := good(t, app(`default_acr_values: ["1"]`, `minimum_acr: "1"`), nil).ClientSpecs()[0]
	if !slices.Equal(spec.DefaultACRValues, []string{"1"}) || spec.MinimumACR != "1" {
		t.Errorf("%+v", spec)
	}
}

func TestBrokenACR(t *testing.T) {
	low := `value: "1"`
	for name, c := range map[string]struct{ text, key, advice string }{
		"empty":                 {file("acr: [] #!"), "acr", `such as {value: "1"}`},
		"no value":              {contexts(low, "on_request: true #!"), "acr[1].value", "is missing"},
		"a space in a value":    {contexts(low, `{value: "a b", on_request: true} #!`), "acr[1].value", "without spaces"},
		"a long value":          {contexts(low, `{value: `+strings.Repeat("a", 201)+`, on_request: true} #!`), "acr[1].value", "1 to 200"},
		"a number":              {contexts("value: 1 #!"), "acr[0].value", "put it in quotes"},
		"twice":                 {contexts(low, `{value: "1", on_request: true} #!`), "acr[1].value", "every context needs its own"},
		"methods of the lowest": {contexts(`{value: "1", methods: [pwd]} #!`), "acr[0].methods", "remove it, or put"},
		"request of the lowest": {contexts(`{value: "1", on_request: true} #!`), "acr[0].on_request", "remove it, or put"},
		"age of the lowest":     {contexts(`{value: "1", max_age: 15m} #!`), "acr[0].max_age", "remove it, or put"},
		"a way that is not":     {contexts(low, `{value: "2", methods: [pwd, pwd+sms]} #!`), "acr[1].methods[1]", `"pwd+sms" is no way to sign in here: write pwd`},
		"no way":                {contexts(low, `{value: "2", methods: []} #!`), "acr[1].methods", "or write [pwd]"},
		"a short age":           {contexts(low, `{value: "2", max_age: 30s} #!`), "acr[1].max_age", "at least 1m"},
		"too many":              {contexts(append([]string{low + " #!"}, many(16)...)...), "acr", "more than 16"},
		"a default of none":     {app(`default_acr_values: ["1", "2"] #!`), "clients[0].default_acr_values[1]", "add it to acr"},
		"a minimum of none":     {app("minimum_acr: gold #!"), "clients[0].minimum_acr", `"gold" is none of the values of acr: write 1, or`},
	} {
		t.Run(name, func(t *testing.T) {
			list := problems(t, c.text, nil)
			if len(list) != 1 || list[0].Key != c.key || !strings.Contains(list[0].Text, c.advice) || name != "too many" && list[0].Line != lineOf(c.text, "#!") {
				t.Errorf("%v", list)
			}
		})
	}
}

// many are n contexts on request.
func many(n int) []string {
	lines := make([]string, n)
	for i := range lines {
		lines[i] = `{value: "urn:` + strings.Repeat("x", i+1) + `", on_request: true}`
	}
	return lines
}

// TestIdleACR: a context that every sign-in has changes nothing.
func TestIdleACR(t *testing.T) {
	warned := func(line string) bool {
		return slices.ContainsFunc(good(t, contexts(`value: "1"`, line), nil).Warnings(), func(p Problem) bool {
			return p.Key == "acr[1]" && strings.Contains(p.Text, "add on_request: true or max_age")
		})
	}
	for line, want := range map[string]bool{
		`{value: "2"}`: true, `{value: "2", methods: [pwd]}`: true,
		`{value: "2", on_request: true}`: false, `{value: "2", max_age: 15m}`: false,
	} {
		if warned(line) != want {
			t.Errorf("%s: warned %v", line, !want)
		}
	}
}

// TestLaxerACR: a context counts for those below, so it must not be easier to come
// by than they are.
func TestLaxerACR(t *testing.T) {
	warned := func(low, high string) bool {
		list := good(t, contexts(`value: "1"`, `{value: "2", `+low+`}`, `{value: "3", `+high+`}`), nil).Warnings()
		return slices.ContainsFunc(list, func(p Problem) bool { return p.Key == "acr[2]" && strings.Contains(p.Text, "counts for acr[1] too") })
	}
	for _, c := range []struct {
		low, high string
		want      bool
	}{
		{"on_request: true", "max_age: 5m", true},
		{"on_request: true, max_age: 5m", "on_request: true, max_age: 1h", true},
		{"on_request: true, max_age: 5m", "on_request: true", true},
		{"max_age: 5m", "on_request: true, max_age: 1h", true},
		{"max_age: 1h", "max_age: 5m", false},
		{"max_age: 1h", "on_request: true, max_age: 1h", false},
		{"on_request: true", "on_request: true, max_age: 5m", false},
	} {
		if got := warned(c.low, c.high); got != c.want {
			t.Errorf("%s, then %s: warned %v", c.low, c.high, got)
		}
	}
}
