package oauth

import (
	"cmp"
	"iter"
	"strings"
)

// Grants are the scopes that a user allows an app, by audience, in the text
// form in which Redis keeps them:
//
//	"\n<audience> <scope>\n<audience> <scope>\n"
//
// The audience of OpenID Connect's own scopes is empty; an empty scope is the
// use of the audience as such. One line a scope makes
// "is it covered" a substring test, in Go and in a Redis script alike. Neither
// audiences nor scopes contain spaces or line ends. The zero value is empty.
type Grants string

// NewGrants returns the grants for scopes of one audience.
func NewGrants(audience string, scopes []string) Grants {
	if len(scopes) == 0 {
		return ""
	}
	var b strings.Builder
	b.Grow(sizeOf(audience, scopes))
	b.WriteByte('\n')
	for _, s := range scopes {
		b.WriteString(audience)
		b.WriteByte(' ')
		b.WriteString(s)
		b.WriteByte('\n')
	}
	return Grants(b.String())
}

// sizeOf is how long the text of NewGrants is, in bytes.
func sizeOf(audience string, scopes []string) int {
	size := len("\n")
	for _, s := range scopes {
		size += len(audience) + len(" ") + len(s) + len("\n")
	}
	return size
}

// Lines yields each "<audience> <scope>" line.
func (g Grants) Lines() iter.Seq[string] {
	return func(yield func(string) bool) {
		for line := range strings.SplitSeq(string(g), "\n") {
			if line != "" && !yield(line) {
				return
			}
		}
	}
}

// All yields audience and scope of each grant.
func (g Grants) All() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for line := range g.Lines() {
			audience, scope, _ := strings.Cut(line, " ")
			if !yield(audience, scope) {
				return
			}
		}
	}
}

// Covers tells whether every grant of need is in g.
func (g Grants) Covers(need Grants) bool {
	// The common case on the silent path: the very same request as last time.
	if strings.Contains(string(g), string(need)) {
		return true
	}
	for line := range need.Lines() {
		if !g.has(line) {
			return false
		}
	}
	return true
}

func (g Grants) has(line string) bool {
	for l := range g.Lines() {
		if l == line {
			return true
		}
	}
	return false
}

// Has tells whether one scope of an audience is in g.
func (g Grants) Has(audience, scope string) bool {
	for line := range g.Lines() {
		if len(line) == len(audience)+len(" ")+len(scope) &&
			strings.HasPrefix(line, audience) && line[len(audience)] == ' ' && strings.HasSuffix(line, scope) {
			return true
		}
	}
	return false
}

// Union returns the grants of both.
func (g Grants) Union(more Grants) Grants {
	if g.Covers(more) {
		return g
	}
	var b strings.Builder
	b.Grow(max(len(g), len("\n")) + len(more))
	b.WriteString(cmp.Or(string(g), "\n"))
	for line := range more.Lines() {
		if !Grants(b.String()).has(line) {
			b.WriteString(line)
			b.WriteByte('\n')
		}
	}
	return Grants(b.String())
}
