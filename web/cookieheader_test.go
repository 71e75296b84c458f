package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// FuzzOnly: of the cookies of a name we read what net/http does, and none where it
// reads two.
func FuzzOnly(f *testing.F) {
	for _, header := range []string{
		"", "a=1", "a=1; a=1", "b=1; a=2", "a", "a=", `a="1"`, `a="`, `a=""`, `a=x"y`, " a = 1 ", "\ta=1", "ab=1; ba=2", "A=1", "a=1;a=\x7f", "a=1, a=2", "a=\\", "a=é", "a==1", ";;a=1;", "a=1\na=2",
	} {
		f.Add(header, "")
	}
	f.Fuzz(func(t *testing.T, one, two string) {
		if strings.Count(one+two, ";") > 2000 {
			t.Skip() // net/http reads no more than that, and no request has them
		}
		r := &http.Request{Header: http.Header{"Cookie": {one, two}}}
		want, wanted := "", false
		if found := r.CookiesNamed("a"); len(found) == 1 {
			want, wanted = found[0].Value, true
		}
		if value, ok := only(r, "a"); value != want || ok != wanted {
			t.Errorf("%q, %q: %q, %v, want %q, %v", one, two, value, ok, want, wanted)
		}
	})
}

// TestOriginOf: what is not parsed is what parsing makes of it.
func TestOriginOf(t *testing.T) {
	for _, address := range []string{
		"", "/", "https://", "https:///", "https://app.example.com", "https://app.example.com/", "https://app.example.com//", "https://app.example.com:8443/",
		"https://APP.example.com/", "HTTPS://app.example.com", "http://localhost:4000/", "https://a/b?c#d", "https://u@h/", "https://h%", "https://h:x/", "https://[::1]/", "null", "about:blank",
		"https://a b/", "https://a\n/", "https://-", "https://..", "https://h\\", "javascript:alert(1)",
	} {
		want := ""
		if u, err := url.Parse(address); err == nil && u.Host != "" {
			want = u.Scheme + "://" + u.Host
		}
		if got := originOf(address); got != want {
			t.Errorf("%q: %q, want %q", address, got, want)
		}
	}
}
