package web

import "unicode/utf8"

const hexDigits = "0123456789abcdef"

// appendLiteral appends a text as JSON that can stand in a script: <, >, & and
// U+2028/9 are escaped, so it can neither end the script nor the string. What is not
// UTF-8 becomes U+FFFD. It is what json.Marshal makes, without reflection.
func appendLiteral(b []byte, text string) []byte {
	b = append(b, '"')
	done := 0
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			if !plainInLiteral[c] {
				b = append(b, text[done:i]...)
				b = appendEscaped(b, c)
				done = i + 1
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && size == 1 || r == '\u2028' || r == '\u2029' {
			b = append(b, text[done:i]...)
			b = appendEscapedRune(b, r)
			done = i + size
		}
		i += size
	}
	b = append(b, text[done:]...)
	return append(b, '"')
}

// plainInLiteral are the characters of ASCII that stand for themselves.
var plainInLiteral = func() (plain [utf8.RuneSelf]bool) {
	for c := range plain {
		switch c {
		case '"', '\\', '<', '>', '&':
		default:
			plain[c] = c >= ' '
		}
	}
	return plain
}()

func appendEscaped(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\b':
		return append(b, `\b`...)
	case '\f':
		return append(b, `\f`...)
	case '\n':
		return append(b, `\n`...)
	case '\r':
		return append(b, `\r`...)
	case '\t':
		return append(b, `\t`...)
	}
	return appendEscapedRune(b, rune(c))
}

// appendEscapedRune takes a rune of the basic plane.
func appendEscapedRune(b []byte, r rune) []byte {
	return append(b, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
}
