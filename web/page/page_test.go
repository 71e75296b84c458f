package page

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

var hostile = map[string]string{
	"markup":      `<b onclick="x()">bold</b><img src=x onerror=x()>`,
	"quotes":      `" ' autofocus onfocus="x()" ` + "`",
	"close":       `</title></script></textarea></style></bdi></main><script>x()</script>`,
	"comment":     `--><!--<![CDATA[ ]]>`,
	"entities":    `&lt;b&gt; &amp &#60;i&#62;`,
	"separators":  "a\u2028b\u2029c\u0085d\r\ne",
	"nul":         "a\x00b\x1b[31m\x7f",
	"not utf-8":   "a\xff\xc0\xafb",
	"direction":   "abc\u202egnp.exe\u2069\u2066\u200f",
	"template":    `{{.Request}} ${x}`,
	"scheme":      `javascript:x()`,
	"very long":   strings.Repeat("<i>", 64<<10/3),
	"whitespaces": " \t\n ",
}

// TestHostileStrings puts each string into every field of every view: the page
// must have the elements and attributes that it has for a plain word.
func TestHostileStrings(t *testing.T) {
	for _, v := range []View{Login{}, Select{}, Consent{}, Error{}, SignOut{}, SignedOut{}, Farewell{}, Reason{}, ReasonIndex{}, Message{}, Account{}, Accounts{}, Password{}, Check{}} {
		want := structure(t, filled(v, "word"))
		for name, s := range hostile {
			t.Run(fmt.Sprintf("%T/%s", v, name), func(t *testing.T) {
				if got := structure(t, filled(v, s)); !slices.Equal(got, want) {
					t.Errorf("the page became\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
				}
			})
		}
	}
}

// filled returns a copy of v with s in every string and two of every list.
func filled(v View, s string) View {
	c := reflect.New(reflect.TypeOf(v)).Elem()
	fill(c, s)
	return c.Interface().(View)
}

func fill(v reflect.Value, s string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
	case reflect.Int:
		v.SetInt(400)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), s)
		fill(v.Index(1), s)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), s)
		}
	}
}

// structure lists the elements with the names of their attributes, indented by
// depth.
func structure(t *testing.T, v View) []string { return structureIn(t, Hush().ForDevelopers(), v) }

func structureIn(t *testing.T, e *Edition, v View) (lines []string) {
	t.Helper()
	doc := parsed(t, e, v)
	var walk func(n *html.Node, depth int)
	walk = func(n *html.Node, depth int) {
		if n.Type == html.ElementNode || n.Type == html.CommentNode {
			line := strings.Repeat(" ", depth) + n.Data
			for _, a := range n.Attr {
				line += " " + a.Key
			}
			lines = append(lines, line)
		}
		for c := range n.ChildNodes() {
			walk(c, depth+1)
		}
	}
	walk(doc, 0)
	return lines
}

func parsed(t *testing.T, e *Edition, v View) *html.Node {
	t.Helper()
	page, err := renderedIn(e, v)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// words is what a person reads on a page, or hears: its text, and the
// attributes that are text.
func words(t *testing.T, e *Edition, v View) (all []string) {
	t.Helper()
	for n := range parsed(t, e, v).Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "script" {
			all = append(all, n.Data)
		}
		for _, a := range n.Attr {
			if slices.Contains([]string{"alt", "aria-label", "title", "placeholder"}, a.Key) {
				all = append(all, a.Val)
			}
		}
	}
	return all
}

// TestWellFormed holds every sample against what all pages promise.
func TestWellFormed(t *testing.T) {
	for name, v := range samples(Hush().ForDevelopers()) {
		t.Run(name, func(t *testing.T) {
			page, err := rendered(v)
			if err != nil {
				t.Fatal(err)
			}
			if open := unbalanced(page); open != "" {
				t.Errorf("tags do not match: %s", open)
			}
			for _, banned := range []string{"<script", " style=", " on", "http-equiv", "ZgotmplZ", "<style"} {
				for _, tag := range tags(page) {
					if strings.Contains(tag, banned) && !scripts(name, tag) {
						t.Errorf("%q in %s", banned, tag)
					}
				}
			}
			for _, once := range []string{"<h1>", "<main>", `<html lang="en" dir="ltr">`, " · Hush</title>", `aria-label="Hush"`} {
				if strings.Count(page, once) != 1 {
					t.Errorf("%d times %s", strings.Count(page, once), once)
				}
			}
		})
	}
}

// scripts tells whether a tag is that of a script which the page may have.
func scripts(name, tag string) bool {
	return strings.Contains(name, "passkey") && tag == `<script defer nonce="`+nonce+`" src="/tenant/static/`+assets["passkey"].name+`">` ||
		strings.HasPrefix(name, "farewell") && tag == `<script nonce="`+nonce+`">` ||
		strings.HasPrefix(name, "check") && tag == `<script defer nonce="`+nonce+`" src="/tenant/static/`+assets["check"].name+`">`
}

func tags(page string) (all []string) {
	z := html.NewTokenizer(strings.NewReader(page))
	for tt := z.Next(); tt != html.ErrorToken; tt = z.Next() {
		if tt == html.StartTagToken || tt == html.SelfClosingTagToken {
			all = append(all, string(z.Raw()))
		}
	}
	return all
}

// unbalanced names the first tag that has no partner. The parser would mend it.
func unbalanced(page string) string {
	void := []string{"meta", "link", "input", "img"}
	var open []string
	z := html.NewTokenizer(strings.NewReader(page))
	for tt := z.Next(); tt != html.ErrorToken; tt = z.Next() {
		name, _ := z.TagName()
		switch {
		case tt == html.StartTagToken && !slices.Contains(void, string(name)):
			open = append(open, string(name))
		case tt == html.EndTagToken:
			if len(open) == 0 || open[len(open)-1] != string(name) {
				return fmt.Sprintf("</%s> in %v", name, open)
			}
			open = open[:len(open)-1]
		}
	}
	return strings.Join(open, " ")
}

// notLogin is a view without the fields that its page needs.
type notLogin struct{ Base string }

func (notLogin) template() string { return "login" }

type failing struct{ wrote int }

func (f *failing) Write(p []byte) (int, error) { f.wrote++; return 0, io.ErrClosedPipe }

func TestRenderWritesOnceOrNothing(t *testing.T) {
	var f failing
	if err := Hush().In("").Render(&f, Message{Base: "/"}); !errors.Is(err, io.ErrClosedPipe) || f.wrote != 1 {
		t.Errorf("got %v after %d writes", err, f.wrote)
	}
	f = failing{}
	if err := Hush().In("").Render(&f, notLogin{"/"}); err == nil || f.wrote != 0 {
		t.Errorf("a view without the fields gave %v and %d writes", err, f.wrote)
	}
}
