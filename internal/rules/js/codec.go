package js

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"unicode/utf16"

	"github.com/dop251/goja"
)

// encode makes bytes of a text, by an encoding of buffer.js. As in Node, what does not
// belong into it ends hex and is left out of base64.
func (r *run) encode(call goja.FunctionCall) goja.Value {
	text := call.Argument(0).ToString().(goja.String) //nolint:forcetypeassert // that is what it is
	return r.vm.ToValue(r.vm.NewArrayBuffer(encoded(text, call.Argument(1).String())))
}

func encoded(text goja.String, encoding string) []byte {
	switch encoding {
	case "hex":
		s := text.String()
		b, _ := hex.DecodeString(s[:len(s)/2*2]) // with an error, what stands before it
		return b
	case "base64", "base64url":
		return fromBase64(text.String())
	case "latin1", "ascii":
		b := make([]byte, text.Length())
		for i := range b {
			b[i] = byte(text.CharAt(i))
		}
		return b
	case "utf16le":
		b := make([]byte, 0, 2*text.Length())
		for i := range text.Length() {
			b = append(b, byte(text.CharAt(i)), byte(text.CharAt(i)>>8))
		}
		return b
	}
	return []byte(text.String())
}

// fromBase64 takes both alphabets, with and without padding.
func fromBase64(text string) []byte {
	text, _, _ = strings.Cut(text, "=")
	text = strings.Map(func(c rune) rune {
		switch {
		case c == '+':
			return '-'
		case c == '/':
			return '_'
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_':
			return c
		}
		return -1
	}, text)
	if len(text)%4 == 1 {
		text = text[:len(text)-1]
	}
	b, _ := base64.RawURLEncoding.DecodeString(text) // nothing is left that could be wrong
	return b
}

// decode makes a text of bytes.
func decode(b []byte, encoding string) string {
	switch encoding {
	case "hex":
		return hex.EncodeToString(b)
	case "base64":
		return base64.StdEncoding.EncodeToString(b)
	case "base64url":
		return base64.RawURLEncoding.EncodeToString(b)
	case "latin1", "ascii":
		runes := make([]rune, len(b))
		for i, c := range b {
			if runes[i] = rune(c); encoding == "ascii" {
				runes[i] &= 0x7f
			}
		}
		return string(runes)
	case "utf16le":
		units := make([]uint16, len(b)/2)
		for i := range units {
			units[i] = uint16(b[2*i]) | uint16(b[2*i+1])<<8
		}
		return string(utf16.Decode(units))
	}
	return strings.ToValidUTF8(string(b), "\ufffd")
}
