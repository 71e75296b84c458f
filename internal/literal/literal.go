// Package literal writes text as JSON, byte for byte as encoding/json does, and without
// its reflection where there is nothing to escape: nearly always, in claims and in
// answers.
package literal

import "encoding/json"

// Append appends a text as JSON that can stand in a script too: <, >, & and U+2028/9 are
// escaped, so it can neither end the script nor the string. What is not UTF-8 becomes
// U+FFFD.
func Append(b []byte, text string) []byte {
	if !plain(text) {
		raw, err := json.Marshal(text)
		if err != nil {
			panic("literal: " + err.Error()) // strings always encode
		}
		return append(b, raw...)
	}
	b = append(append(b, '"'), text...)
	return append(b, '"')
}

// plain tells whether all of a text stands for itself.
func plain(text string) bool {
	for i := range len(text) {
		switch c := text[i]; {
		case c < ' ', c > '~':
			return false
		case c == '"', c == '\\':
			return false
		case c == '<', c == '>', c == '&':
			return false
		}
	}
	return true
}
