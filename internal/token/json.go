package token

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/hush-sso/hush/internal/literal"
)

// object is the text of a JSON object that is being written, member by member. It is,
// byte for byte, what encoding/json makes of a struct or a map, which costs a token as
// much as the rest of it, but for the signature. Each method returns the text with more
// at its end, as append does, so that it may stay on the stack.
type object []byte

func (o object) name(name string) object {
	separator := byte(',')
	if len(o) == 0 {
		separator = '{'
	}
	return append(literal.Append(append(o, separator), name), ':')
}

func (o object) text(name, value string) object { return literal.Append(o.name(name), value) }

// mayText writes no empty text.
func (o object) mayText(name, value string) object {
	if value == "" {
		return o
	}
	return o.text(name, value)
}

func (o object) number(name string, value int64) object {
	return strconv.AppendInt(o.name(name), value, 10)
}

// mayTexts writes no empty list.
func (o object) mayTexts(name string, list []string) object {
	if len(list) == 0 {
		return o
	}
	o = o.name(name)
	separator := byte('[')
	for _, value := range list {
		o = literal.Append(append(o, separator), value)
		separator = ','
	}
	return append(o, ']')
}

func (o object) value(name string, value any) (object, error) {
	switch value := value.(type) {
	case string:
		return o.text(name, value), nil
	case bool:
		return strconv.AppendBool(o.name(name), value), nil
	}
	raw, err := json.Marshal(value)
	return append(o.name(name), raw...), err
}

// values writes a member for each, in the order of their names. None of them was
// written before.
func (o object) values(claims map[string]any) (object, error) {
	names := slices.AppendSeq(make([]string, 0, len(claims)), maps.Keys(claims))
	slices.Sort(names)
	for _, name := range names {
		var err error
		if o, err = o.value(name, claims[name]); err != nil {
			return o, err
		}
	}
	return o, nil
}

// close ends an object that has a member.
func (o object) close() []byte { return append(o, '}') }
