package page

import (
	"bytes"
	"fmt"
	"html/template"
	"io"
	"strings"
)

// Edition is the pages of one brand in one language.
type Edition struct {
	Language string // such as "de"
	brand    *Brand
	texts    catalog
	pages    map[string]*template.Template // by the view's template name
}

func newEdition(b *Brand, language string, own map[string]string) (*Edition, error) {
	e := &Edition{Language: language, brand: b, texts: make(catalog), pages: make(map[string]*template.Template)}
	for key, m := range catalogs[language] {
		e.texts[key] = m
	}
	for key, text := range own {
		m, err := ownMessage(language, key, text)
		if err != nil {
			return nil, fmt.Errorf("text %s in %s %w", key, language, err)
		}
		e.texts[key] = m
	}
	for name, t := range templates {
		clone, err := t.Clone()
		if err != nil {
			return nil, err // only of one that was executed
		}
		e.pages[name] = clone.Funcs(e.funcs())
	}
	return e, nil
}

// Direction returns the direction of the language, for the attribute dir.
func (e *Edition) Direction() string { return directions[e.Language] }

// Render writes a page to w: all of it, or nothing if it fails.
func (e *Edition) Render(w io.Writer, v View) error {
	var b bytes.Buffer
	if err := e.pages[v.template()].ExecuteTemplate(&b, "layout.html", v); err != nil {
		return fmt.Errorf("page %s: %w", v.template(), err)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// Text returns a text by its key, with pairs of name and value filled in. It is
// text, not markup. A key or name that the catalogue lacks panics.
func (e *Edition) Text(key string, pairs ...string) string {
	text, err := e.text(key, pairs...)
	if err != nil {
		panic(err) // a constant of the caller's
	}
	return text
}

func (e *Edition) text(key string, pairs ...string) (string, error) {
	values := make([]any, len(pairs))
	for i := range pairs {
		values[i] = pairs[i]
	}
	spans, err := e.say(key, values...)
	var b strings.Builder
	for _, s := range spans {
		b.WriteString(s.Text)
	}
	return b.String(), err
}

// span is a piece of a text for the template named said, which alone makes
// markup of it: a value never becomes any, whatever it holds.
type span struct {
	Text   string
	Value  bool // filled in: isolated, because its direction is not the page's
	Strong bool
}

// strong is a value that stands out.
type strong string

// say returns a text in pieces. pairs are names and their values, each a string
// or strong.
func (e *Edition) say(key string, pairs ...any) ([]span, error) {
	m, ok := e.texts[key]
	if !ok {
		return nil, fmt.Errorf("there is no text %q", key)
	}
	values := make(map[string]span)
	for i := 0; i+1 < len(pairs); i += 2 {
		name, _ := pairs[i].(string)
		switch v := pairs[i+1].(type) {
		case string:
			values[name] = span{Text: v, Value: true}
		case strong:
			values[name] = span{Text: string(v), Value: true, Strong: true}
		}
	}
	spans := make([]span, 0, len(m))
	for _, p := range m {
		if p.name == "" {
			spans = append(spans, span{Text: p.text})
			continue
		}
		v, ok := values[p.name]
		if !ok {
			return nil, fmt.Errorf("text %q lacks a value for {%s}", key, p.name)
		}
		spans = append(spans, v)
	}
	return spans, nil
}
