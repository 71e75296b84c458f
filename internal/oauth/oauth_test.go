package oauth

import (
	"slices"
	"strings"
	"testing"
)

func TestParseParams(t *testing.T) {
	for name, c := range map[string]struct {
		raw  string
		want map[string]string
		bad  bool
	}{
		"plain":              {"a=1&b=two", map[string]string{"a": "1", "b": "two"}, false},
		"space and plus":     {"a=x+y&b=x%2By&c=x%20y", map[string]string{"a": "x y", "b": "x+y", "c": "x y"}, false},
		"empty is absent":    {"a=&b&&c=3", map[string]string{"a": "", "b": "", "c": "3"}, false},
		"first of many":      {"a=1&a=2", map[string]string{"a": "1"}, false},
		"semicolon is text":  {"a=1;b=2", map[string]string{"a": "1;b=2"}, false},
		"unicode":            {"a=%E2%80%A8%C3%A9", map[string]string{"a": "\u2028é"}, false},
		"bad escape":         {"a=%zz", nil, true},
		"cut escape":         {"a=%4", nil, true},
		"not UTF-8":          {"a=%ff", nil, true},
		"lone surrogate":     {"a=%ED%A0%80", nil, true},
		"bad name":           {"%ff=1", nil, true},
		"good beside bad":    {"a=%zz&b=2", map[string]string{"a": "", "b": "2"}, true},
		"too many":           {strings.Repeat("a=1&", maxParams+1), nil, true},
		"as many as allowed": {strings.Repeat("a=1&", maxParams), map[string]string{"a": "1"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			p := ParseParams(c.raw)
			if (p.Problem() != nil) != c.bad {
				t.Fatalf("Problem = %v", p.Problem())
			}
			for name, want := range c.want {
				if got := p.Get(name); got != want {
					t.Errorf("%s = %q, want %q", name, got, want)
				}
			}
		})
	}
}

func TestRepeated(t *testing.T) {
	p := ParseParams("x=1&x=2&a=1&resource=x&b=2&resource=y&b=3")
	if got := p.Repeated(func(name string) bool { return name == "a" || name == "b" }); got != "b" {
		t.Errorf("Repeated = %q, want b", got)
	}
	if got := slices.Collect(p.Values("resource", "c", "a")); !slices.Equal(got, []string{"x", "y", "1"}) {
		t.Errorf("Values = %q", got)
	}
	if p.Count("a") != 1 || p.Count("b") != 2 || p.Count("c") != 0 {
		t.Error("Count is wrong")
	}
}

func FuzzParseParams(f *testing.F) {
	for _, seed := range []string{"", "a=b", "a=%41&a=+", "%", "a=%ff", "&&=&=a"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		p := ParseParams(raw)
		for _, pair := range p.Pairs() {
			if pair.Value == "" || p.Count(pair.Name) < 1 {
				t.Errorf("pair %+v of %q", pair, raw)
			}
		}
	})
}

func TestParsePrompt(t *testing.T) {
	for raw, want := range map[string]struct{ none, login, consent, choose, bad bool }{
		"":                             {},
		"none":                         {none: true},
		"login":                        {login: true},
		"login consent":                {login: true, consent: true},
		" select_account  consent ":    {consent: true, choose: true},
		"none login":                   {bad: true},
		"none none":                    {none: true},
		"None":                         {bad: true},
		"create":                       {bad: true},
		"login none":                   {bad: true},
		"none consent select_account":  {bad: true},
		"login consent select_account": {login: true, consent: true, choose: true},
	} {
		p, err := ParsePrompt(raw)
		if (err != nil) != want.bad {
			t.Errorf("%q: error = %v", raw, err)
			continue
		}
		if p.None() != want.none || p.Login() != want.login || p.Consent() != want.consent || p.SelectAccount() != want.choose {
			t.Errorf("%q: %+v", raw, p)
		}
	}
}

func TestParseResponse(t *testing.T) {
	for _, c := range []struct {
		types, mode string
		want        ResponseMode
		badType     bool
		badMode     bool
	}{
		{"code", "", ModeQuery, false, false},
		{"code", "query", ModeQuery, false, false},
		{"code", "fragment", ModeFragment, false, false},
		{"code", "form_post", ModeFormPost, false, false},
		{"code", "web_message", ModeWebMessage, false, false},
		{"token", "", ModeFragment, false, false},
		{"id_token", "", ModeFragment, false, false},
		{"id_token token", "", ModeFragment, false, false},
		{"token id_token", "form_post", ModeFormPost, false, false},
		{"code token", "", ModeFragment, false, false},
		{"token", "query", ModeFragment, false, true},
		{"id_token", "query", ModeFragment, false, true},
		{"code id_token", "query", ModeFragment, false, true},
		{"code", "jwt", ModeQueryJWT, false, false},
		{"id_token", "jwt", ModeFragmentJWT, false, false},
		{"code", "query.jwt", ModeQueryJWT, false, false},
		{"code", "fragment.jwt", ModeFragmentJWT, false, false},
		{"token", "form_post.jwt", ModeFormPostJWT, false, false},
		{"token", "query.jwt", ModeFragmentJWT, false, true},
		{"code id_token", "query.jwt", ModeFragmentJWT, false, true},
		{"code", "web_message.jwt", ModeQueryJWT, false, true},
		{"code", "JWT", ModeQuery, false, true},
		{"code", "Query", ModeQuery, false, true},
		{"", "", ModeQuery, true, false},
		{"none", "", ModeQuery, true, false},
		{"code code", "", ModeQuery, true, false},
		{"code  token", "", ModeQuery, true, false},
	} {
		types, err := ParseResponseType(c.types)
		if (err != nil) != c.badType {
			t.Errorf("%q: error = %v", c.types, err)
		}
		mode, merr := ParseResponseMode(c.mode, types)
		if (merr != nil) != c.badMode || mode != c.want {
			t.Errorf("%q %q: mode = %q, %v", c.types, c.mode, mode, merr)
		}
	}
	if a, _ := ParseResponseType("token id_token"); a.String() != "id_token token" {
		t.Errorf("String = %q", a)
	}
}

func TestParseScope(t *testing.T) {
	for raw, want := range map[string][]string{
		"":                         nil,
		"openid":                   {"openid"},
		"openid  profile openid ":  {"openid", "profile"},
		"read:orders https://x/y!": {"read:orders", "https://x/y!"},
	} {
		got, err := ParseScope(raw)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q = %q, %v", raw, got, err)
		}
	}
	for _, raw := range []string{"a\"b", "a\\b", "a\tb", "é", "a\x00", manyScopes()} {
		if _, err := ParseScope(raw); err == nil {
			t.Errorf("%.40q is accepted", raw)
		}
	}
}

func manyScopes() string {
	var b strings.Builder
	for i := range maxScopes + 1 {
		b.WriteString(strings.Repeat("s", i+1) + " ")
	}
	return b.String()
}

func TestGrants(t *testing.T) {
	held := NewGrants("", []string{"openid", "profile"}).Union(NewGrants("https://a.example", []string{"read", "write"}))
	for _, c := range []struct {
		audience string
		scopes   []string
		want     bool
	}{
		{"", []string{"openid"}, true},
		{"", []string{"profile", "openid"}, true},
		{"https://a.example", []string{"write", "read"}, true},
		{"", nil, true},
		{"", []string{"read"}, false},
		{"https://a.example", []string{"openid"}, false},
		{"https://a.example", []string{"rea"}, false},
		{"https://a.exampl", []string{"read"}, false},
		{"a.example", []string{"read"}, false},
		{"https://b.example", []string{"read"}, false},
	} {
		if got := held.Covers(NewGrants(c.audience, c.scopes)); got != c.want {
			t.Errorf("Covers(%q, %q) = %v", c.audience, c.scopes, got)
		}
	}
	if again := held.Union(held); again != held {
		t.Errorf("union with itself = %q", again)
	}
	// Redis appends what is missing, in order, and so must this (grants.lua).
	if got := Grants("\n a\n").Union("\n b\n a\n b\n"); got != "\n a\n b\n" {
		t.Errorf("union = %q", got)
	}
	if got := Grants("").Union("\n b\n b\n"); got != "\n b\n" {
		t.Errorf("union with nothing = %q", got)
	}
	n := 0
	for audience, scope := range held.All() {
		n++
		if !held.Covers(NewGrants(audience, []string{scope})) {
			t.Errorf("%q %q is not covered by what it came from", audience, scope)
		}
	}
	if n != 4 {
		t.Errorf("All yields %d grants", n)
	}
}
