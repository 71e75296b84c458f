package effect

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Message makes a text of a rule fit for error_description: printable ASCII without
// " and \ (RFC 6749 section 4.1.2.1), MaxMessage characters at most. Marks above and
// below letters are left out; what has no ASCII at all becomes a question mark.
func Message(text string) string {
	if len(text) > 8*MaxMessage {
		text = text[:8*MaxMessage]
	}
	var b strings.Builder
	for _, r := range norm.NFD.String(text) {
		if b.Len() == MaxMessage {
			break
		}
		if c := plain(r); c != 0 {
			b.WriteByte(c)
		}
	}
	return strings.TrimSpace(b.String())
}

// plain is the character that stands for r; 0 for none.
func plain(r rune) byte {
	switch {
	case unicode.Is(unicode.Mn, r):
		return 0
	case unicode.IsSpace(r), unicode.IsControl(r):
		return ' '
	case r == '"', r == '“', r == '”', r == '„', r == '‘', r == '’':
		return '\''
	case r == '\\':
		return '/'
	case r == '–', r == '—':
		return '-'
	case r > unicode.MaxASCII:
		return '?'
	}
	return byte(r) // at most 0x7e: DEL is a control character
}
