package hostile

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/oauth"
)

// FuzzRequestReader: what the strict reader takes is what every reader takes,
// and it reads the same when it is written again.
func FuzzRequestReader(f *testing.F) {
	for _, seed := range []string{"", "a=b", "a=%41&a=+&b", "%", "a=%ff", "&&=&=a", "a;b=c", "a=b=c&%3D=%26", "state=%00&x=%E2%80%A8", "a=%ED%A0%80", strings.Repeat("a=1&", 101)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		p := oauth.ParseParams(raw)
		if p.Problem() == nil && !strings.Contains(raw, ";") { // net/url refuses semicolons
			usual, err := url.ParseQuery(raw)
			if err != nil {
				t.Fatalf("%q is taken, net/url says %v", raw, err)
			}
			for name, values := range usual {
				values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return v == "" })
				if read := slices.Collect(p.Values(name)); !slices.Equal(read, values) {
					t.Fatalf("%q: %q is %q, net/url says %q", raw, name, read, values)
				}
			}
		}
		var again []string
		for _, pair := range p.Pairs() {
			if pair.Value == "" || !utf8.ValidString(pair.Name+pair.Value) || p.Count(pair.Name) < 1 {
				t.Fatalf("%q holds %+q", raw, pair)
			}
			again = append(again, url.QueryEscape(pair.Name)+"="+url.QueryEscape(pair.Value))
		}
		q := oauth.ParseParams(strings.Join(again, "&"))
		if q.Problem() != nil || !slices.Equal(q.Pairs(), p.Pairs()) {
			t.Fatalf("%q reads %+q, written again %+q, %v", raw, p.Pairs(), q.Pairs(), q.Problem())
		}
	})
}

// FuzzPages: whatever a text is, in whatever parameter, pages and answers are
// those of its twin.
func FuzzPages(f *testing.F) {
	for _, v := range values() {
		if len(v.text) < 1000 {
			f.Add(v.text)
		}
	}
	w := newWorld(f, names{})
	w.in("alice")
	ask := func(name string, pairs ...string) func(text string) *hushtest.Reply {
		return func(text string) *hushtest.Reply {
			return w.in("alice").Authorize(request("app", append(pairs, name, text)...))
		}
	}
	list := []func(string) *hushtest.Reply{
		ask("login_hint", "prompt", "login"),
		ask("state", "prompt", "none", "response_mode", "web_message"),
		ask("state", "prompt", "none", "response_mode", "form_post"),
		ask("client_id"),
		ask("redirect_uri"),
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) < 12 || len(text) > 4096 {
			return // too short to be told from our own words
		}
		w.on(t)
		harmless := twin(text)
		for i, get := range list {
			if what := differs(get(harmless), get(text), swap(harmless, text)); what != "" {
				t.Errorf("answer %d: %s", i+1, what)
			}
		}
	})
}
