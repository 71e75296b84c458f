package token

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
)

// object is a JSON object that is being written, member by member. It is, byte for byte,
// what encoding/json makes of a struct or a map, which costs a token as much as the rest
// of it, but for the signature.
type object struct {
	buf []byte
	err error // what the first value that is no JSON is
}

func (o *object) name(name string) {
	separator := byte(',')
	if len(o.buf) == 0 {
		separator = '{'
	}
	o.buf = append(appendText(append(o.buf, separator), name), ':')
}

func (o *object) text(name, value string) {
	o.name(name)
	o.buf = appendText(o.buf, value)
}

// mayText writes no empty text.
func (o *object) mayText(name, value string) {
	if value != "" {
		o.text(name, value)
	}
}

func (o *object) number(name string, value int64) {
	o.name(name)
	o.buf = strconv.AppendInt(o.buf, value, 10)
}

// mayTexts writes no empty list.
func (o *object) mayTexts(name string, list []string) {
	if len(list) == 0 {
		return
	}
	o.name(name)
	separator := byte('[')
	for _, value := range list {
		o.buf = appendText(append(o.buf, separator), value)
		separator = ','
	}
	o.buf = append(o.buf, ']')
}

func (o *object) value(name string, value any) {
	o.name(name)
	switch value := value.(type) {
	case string:
		o.buf = appendText(o.buf, value)
	case bool:
		o.buf = strconv.AppendBool(o.buf, value)
	default:
		raw, err := json.Marshal(value)
		if err != nil && o.err == nil {
			o.err = err
		}
		o.buf = append(o.buf, raw...)
	}
}

// values writes a member for each, in the order of their names. None of them was
// written before.
func (o *object) values(claims map[string]any) {
	names := slices.AppendSeq(make([]string, 0, len(claims)), maps.Keys(claims))
	slices.Sort(names)
	for _, name := range names {
		o.value(name, claims[name])
	}
}

// close ends an object that has a member.
func (o *object) close() ([]byte, error) { return append(o.buf, '}'), o.err }

// appendText appends a JSON string.
func appendText(b []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			raw, err := json.Marshal(text)
			if err != nil {
				panic("token: " + err.Error()) // strings always encode
			}
			return append(b, raw...)
		}
	}
	b = append(append(b, '"'), text...)
	return append(b, '"')
}
