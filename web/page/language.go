package page

import (
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/language"
)

// english is also the language of the pages for developers.
const english = "en"

// directions maps each language that there is a catalogue of to the direction
// in which it is written.
var directions = map[string]string{english: "ltr", "de": "ltr"}

// Languages returns the languages that the pages can be in, English first.
func Languages() []string {
	var rest []string
	for name := range directions {
		if name != english {
			rest = append(rest, name)
		}
	}
	slices.Sort(rest)
	return append([]string{english}, rest...)
}

// Bounds on what a browser or app says of languages, in bytes: several times
// what any of them sends, and too little to keep the parser busy.
const (
	maxLocales = 200
	maxAccept  = 500
)

// Named returns the first of this brand's languages that a list of BCP 47 tags
// between spaces asks for (ui_locales, OpenID Connect Core 1.0 section 3.1.2.1),
// or "". What is no tag, or of a language that is not spoken here, is passed over.
func (b *Brand) Named(locales string) string {
	if len(locales) > maxLocales {
		return ""
	}
	for word := range strings.FieldsSeq(locales) {
		if tag, err := language.Parse(word); err == nil {
			if l := b.match(tag); l != "" {
				return l
			}
		}
	}
	return ""
}

// Accepted does the same with a browser's Accept-Language (RFC 9110 section
// 12.5.4). Parsing one costs more than the rest of a silent answer's page, and most
// browsers send one of a few: what they mean is remembered.
func (b *Brand) Accepted(header string) string {
	if len(header) > maxAccept {
		return ""
	}
	if l, known := b.accepted.get(header); known {
		return l
	}
	l := b.accept(header)
	b.accepted.put(header, l)
	return l
}

func (b *Brand) accept(header string) string {
	tags, _, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return ""
	}
	for _, tag := range tags {
		if l := b.match(tag); l != "" {
			return l
		}
	}
	return ""
}

// maxRemembered bounds a memory. Whoever sends other values all the time makes it
// forget, and costs what everyone did before.
const maxRemembered = 256

// memory holds the languages that values of Accept-Language mean. The zero value is
// ready, and safe for concurrent use.
type memory struct {
	mu sync.RWMutex
	of map[string]string // the header -> a language of the brand, or ""
}

func (m *memory) get(header string) (language string, known bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	language, known = m.of[header]
	return language, known
}

func (m *memory) put(header, language string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.of == nil || len(m.of) >= maxRemembered {
		m.of = make(map[string]string)
	}
	m.of[strings.Clone(header)] = language
}

// match returns the language that whoever asks for a tag understands, or "".
func (b *Brand) match(tag language.Tag) string {
	_, i, confidence := b.matcher.Match(tag)
	if confidence < language.High {
		return ""
	}
	return b.languages[i]
}
