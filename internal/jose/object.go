package jose

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// CheckObject requires one JSON object in which no member stands twice (RFC
// 8725 section 3.1 and RFC 7519 section 4), at any depth.
func CheckObject(raw []byte) error {
	text := string(bytes.Trim(raw, space))
	switch {
	case !strings.HasPrefix(text, "{"):
		return errors.New("not a JSON object")
	case !json.Valid(raw):
		return malformed(raw)
	}
	o := walker{text}
	return o.members(1)
}

// malformed says what is wrong with what is no JSON.
func malformed(raw []byte) error {
	var first json.RawMessage
	if err := json.NewDecoder(bytes.NewReader(raw)).Decode(&first); err != nil {
		return err
	}
	return errors.New("something follows the object")
}

const (
	maxDepth = 16
	space    = " \t\r\n" // of RFC 8259 section 2
)

// walker walks through JSON that is known to be valid, so of all characters only those
// matter that something begins or ends with. Package json tells members one by one too,
// and takes five times as long.
type walker struct{ rest string }

// next passes over what separates, and returns the character that follows.
func (w *walker) next() byte {
	w.rest = strings.TrimLeft(w.rest, space+",:")
	return w.rest[0]
}

// members goes to the end of the object that begins here.
func (w *walker) members(depth int) error {
	seen := make(map[string]bool)
	for w.rest = w.rest[1:]; w.next() != '}'; {
		key := unquoted(w.quoted())
		if depth == 1 {
			// encoding/json also takes a member for a field when only the
			// case of its name differs, so those count as the same.
			key = folded(key)
		}
		if seen[key] {
			return fmt.Errorf("%q is there twice", key)
		}
		seen[key] = true
		if err := w.value(depth); err != nil {
			return err
		}
	}
	w.rest = w.rest[1:]
	return nil
}

func (w *walker) value(depth int) error {
	first := w.next()
	if (first == '{' || first == '[') && depth == maxDepth {
		return errors.New("nested too deep")
	}
	switch first {
	case '{':
		return w.members(depth + 1)
	case '[':
		return w.elements(depth + 1)
	case '"':
		w.quoted()
	default: // a number, true, false or null: inside an object it ends before something
		w.rest = w.rest[strings.IndexAny(w.rest, space+",]}"):]
	}
	return nil
}

// elements goes to the end of the array that begins here.
func (w *walker) elements(depth int) error {
	for w.rest = w.rest[1:]; w.next() != ']'; {
		if err := w.value(depth); err != nil {
			return err
		}
	}
	w.rest = w.rest[1:]
	return nil
}

// quoted passes over the string that begins here and returns it with its quotes.
func (w *walker) quoted() string {
	end := 1
	for ; w.rest[end] != '"'; end++ {
		if w.rest[end] == '\\' {
			end++
		}
	}
	text := w.rest[:end+1]
	w.rest = w.rest[end+1:]
	return text
}

// unquoted is what a string of JSON stands for, as encoding/json reads it.
func unquoted(text string) string {
	if plain := text[1 : len(text)-1]; isPlain(plain) {
		return plain
	}
	var value string
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		panic("jose: " + err.Error()) // it is valid
	}
	return value
}

func isPlain(text string) bool {
	for i := range len(text) {
		if text[i] == '\\' || text[i] > '~' {
			return false
		}
	}
	return true
}

// folded is the same for names that differ in case alone.
func folded(name string) string {
	if isPlain(name) {
		return strings.ToLower(name)
	}
	return strings.ToLower(strings.ToUpper(name))
}
