package page

import (
	"embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

//go:embed catalog/*.yaml
var catalogFiles embed.FS

// catalog is every text of the pages in one language.
type catalog map[string]message

// catalogs maps a language to its own.
var catalogs = loadCatalogs()

func loadCatalogs() map[string]catalog {
	all := make(map[string]catalog)
	for _, language := range Languages() {
		c := make(catalog)
		for _, e := range entries(language) {
			m, err := parseMessage(e.text)
			if err != nil {
				panic(fmt.Sprintf("page: %s of %s %v", e.key, language, err)) // embedded: a test loads it
			}
			c[e.key] = m
		}
		all[language] = c
	}
	return all
}

// entry is one text as the catalogue's file holds it.
type entry struct{ heading, key, text string }

// entries returns a catalogue in the order of its file.
func entries(language string) []entry {
	data, err := catalogFiles.ReadFile("catalog/" + language + ".yaml")
	if err != nil {
		panic(err) // embedded: cannot fail once it was built
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		panic(err)
	}
	var list []entry
	heading, pairs := "", doc.Content[0].Content
	for i := 0; i < len(pairs); i += 2 {
		if c := pairs[i].HeadComment; c != "" {
			heading = strings.TrimPrefix(c, "# ")
		}
		list = append(list, entry{heading, pairs[i].Value, pairs[i+1].Value})
	}
	return list
}

// TextKeys returns the key of every text, in the order of docs/branding.md. Nobody may
// change the list.
var TextKeys = sync.OnceValue(func() []string {
	var keys []string
	for _, e := range entries(english) {
		keys = append(keys, e.key)
	}
	return keys
})

// message is a text in parts.
type message []part

// part is a piece of text, or the name of what is filled in.
type part struct{ text, name string }

// parseMessage reads a text with {name} in it. Braces mean nothing else.
func parseMessage(text string) (message, error) {
	var m message
	for text != "" {
		before, rest, opened := strings.Cut(text, "{")
		if strings.Contains(before, "}") {
			return nil, errors.New("has a } without a {")
		}
		if before != "" {
			m = append(m, part{text: before})
		}
		if !opened {
			break
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed || name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz") != "" {
			return nil, errors.New("has a { that no name and } follow")
		}
		m = append(m, part{name: name})
		text = after
	}
	return m, nil
}

// names returns what is filled in, sorted, each once.
func (m message) names() []string {
	var names []string
	for _, p := range m {
		if p.name != "" {
			names = append(names, p.name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// maxText is how long a text of one's own may be, in bytes: the longest of ours
// has a third of it.
const maxText = 800

// mayBeEmpty are the texts that a page can do without.
var mayBeEmpty = map[string]bool{"login.foot": true}

// CheckText judges a text that is to stand in place of the catalogue's. The
// error says what to write instead and holds nothing of the text.
func CheckText(language, key, text string) error {
	_, err := ownMessage(language, key, text)
	return err
}

// ownMessage reads a text that is to stand in place of the catalogue's.
func ownMessage(language, key, text string) (message, error) {
	ours, ok := catalogs[language][key]
	if !ok {
		return nil, errors.New("is no text of the pages")
	}
	switch {
	case len(text) > maxText:
		return nil, fmt.Errorf("is longer than %d bytes: write less", maxText)
	case strings.TrimSpace(text) == "" && !mayBeEmpty[key]:
		return nil, errors.New("is empty: write a text, or remove the key")
	case !Readable(text):
		return nil, errUnreadable
	}
	m, err := parseMessage(text)
	want := ours.names()
	switch {
	case len(want) == 0 && (err != nil || len(m.names()) > 0):
		return nil, errors.New("must not have { or }: nothing is filled in here")
	case err != nil:
		return nil, fmt.Errorf("%w: what is filled in is {%s}", err, strings.Join(want, "} and {"))
	case !slices.Equal(m.names(), want):
		return nil, fmt.Errorf("must hold {%s} and nothing else in braces, as the text has that it replaces", strings.Join(want, "} and {"))
	}
	return m, nil
}

var errUnreadable = errors.New("holds a control character, or one that turns the direction of writing: remove it")

// Readable tells whether a text is UTF-8 of one line that keeps to its place.
func Readable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, unruly)
}

// unruly are the characters that no text of one line holds: controls, line ends,
// and those that turn the direction of what follows.
func unruly(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp)
}
