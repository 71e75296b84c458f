package web

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

var literals = []string{
	"", "plain", `</script><script>alert(1)//`, "<!--", "a\"b\\c", "\b\f\n\r\t\x00\x1f\x7f", "&amp;'", "a\u2028b\u2029", "caf\u00e9 \U0001f600", "\ufffd",
	"\xff", "a\xe2\x80", "\xed\xa0\x80", strings.Repeat("<", 300),
}

// TestLiteral: what is written by hand is what json.Marshal writes, byte for byte.
func TestLiteral(t *testing.T) {
	for _, text := range literals {
		checkLiteral(t, text)
	}
}

func FuzzLiteral(f *testing.F) {
	for _, text := range literals {
		f.Add(text)
	}
	f.Fuzz(checkLiteral)
}

func checkLiteral(t *testing.T, text string) {
	want, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	if got := appendLiteral([]byte("x="), text); string(got) != "x="+string(want) {
		t.Errorf("%q became %s, want %s", text, got, want)
	}
}

// TestSheetIsCleared: an answer leaves nothing on what the next one is written on.
func TestSheetIsCleared(t *testing.T) {
	b := new(sheet)
	b.WriteString("tokens of somebody")
	held := b.Bytes()
	b.giveBack()
	if len(bytes.Trim(held, "\x00")) != 0 || b.Len() != 0 {
		t.Errorf("%q stayed", held)
	}
}
