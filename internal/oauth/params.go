package oauth

import (
	"errors"
	"fmt"
	"iter"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxParams bounds the work that one request can ask for; the richest real
// client library sends about 25.
const maxParams = 100

// Params are the parameters of one request in the order they came, read
// strictly: nothing is dropped silently, and what does not decode is a Problem.
// The zero value has no parameters.
type Params struct {
	pairs   []Param
	broken  []string // names whose value could not be read
	problem error
}

// Param is one decoded name and value.
type Param struct{ Name, Value string }

// ParseParams reads an application/x-www-form-urlencoded query or body.
// Empty values count as absent (RFC 6749 section 3.1). What can be read is
// there beside a Problem, so that a refusal still finds its way.
func ParseParams(raw string) Params {
	p := Params{pairs: make([]Param, 0, 16)}
	for rest := raw; rest != ""; {
		var part string
		part, rest, _ = strings.Cut(rest, "&")
		if part == "" {
			continue
		}
		pair, err := parseParam(part)
		switch {
		case err != nil:
			p.broken = append(p.broken, pair.Name)
			p.note(err)
		case pair.Value == "":
		case len(p.pairs) == maxParams:
			p.note(fmt.Errorf("there are more than %d parameters", maxParams))
			return p
		default:
			p.pairs = append(p.pairs, pair)
		}
	}
	return p
}

// note keeps the first problem.
func (p *Params) note(err error) {
	if p.problem == nil {
		p.problem = err
	}
}

// Problem returns what could not be read, in words for a developer, or nil.
func (p Params) Problem() error { return p.problem }

func parseParam(part string) (Param, error) {
	name, value, _ := strings.Cut(part, "=")
	name, err := url.QueryUnescape(name)
	if err != nil || !utf8.ValidString(name) {
		return Param{}, errors.New("a parameter name is not valid percent-encoded UTF-8")
	}
	value, err = url.QueryUnescape(value)
	if err != nil || !utf8.ValidString(value) {
		shown := name // only a name that looks like one is repeated back
		if len(name) > 40 || !isToken(name) {
			shown = "a parameter"
		}
		return Param{Name: name}, fmt.Errorf("the value of %s is not valid percent-encoded UTF-8", shown)
	}
	return Param{name, value}, nil
}

// maxState bounds, in bytes, what a form or an answer has to carry along.
const maxState = 4096

// CheckState refuses a state that cannot be given back byte for byte.
func CheckState(state string) *Error {
	switch {
	case len(state) > maxState:
		return Errorf(InvalidRequest, "state is longer than %d bytes.", maxState)
	case strings.ContainsFunc(state, unicode.IsControl):
		return Errorf(InvalidRequest, "state must not hold control characters.")
	}
	return nil
}

// isToken tells whether s is made of printable ASCII only.
func isToken(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// Pairs returns all names and values in the order they came.
func (p Params) Pairs() []Param { return p.pairs }

// With returns the parameters and one more.
func (p Params) With(name, value string) Params {
	p.pairs = append(slices.Clip(p.pairs), Param{name, value})
	return p
}

// Get returns the first value of name, or "".
func (p Params) Get(name string) string {
	for i := range p.pairs {
		if p.pairs[i].Name == name {
			return p.pairs[i].Value
		}
	}
	return ""
}

// Count tells how often name occurs with a value, readable or not.
func (p Params) Count(name string) int {
	n := 0
	for i := range p.pairs {
		if p.pairs[i].Name == name {
			n++
		}
	}
	for _, broken := range p.broken {
		if broken == name {
			n++
		}
	}
	return n
}

// Values yields every value of each name, in the order of names and of the request.
func (p Params) Values(names ...string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, name := range names {
			for i := range p.pairs {
				if p.pairs[i].Name == name && !yield(p.pairs[i].Value) {
					return
				}
			}
		}
	}
}

// Repeated returns the first name that occurs twice and that matters, or "":
// request parameters must not be repeated (RFC 6749 section 3.1), but unknown
// ones are ignored, and some may be by their specification (resource, RFC 8707
// section 2).
func (p Params) Repeated(matters func(name string) bool) string {
	for i := range p.pairs {
		for j := range i {
			if p.pairs[i].Name == p.pairs[j].Name && matters(p.pairs[i].Name) {
				return p.pairs[i].Name
			}
		}
	}
	return ""
}
