package literal

import (
	"encoding/json"
	"strings"
	"testing"
)

var texts = []string{
	"", "plain", `</script><script>alert(1)//`, "<!--", "a\"b\\c", "\b\f\n\r\t\x00\x1f\x7f", "&amp;'", "a\u2028b\u2029", "caf\u00e9 \U0001f600", "\ufffd",
	"\xff", "a\xe2\x80", "\xed\xa0\x80", strings.Repeat("<", 300),
}

// What is written is what json.Marshal writes, byte for byte.
func TestAppend(t *testing.T) {
	for _, text := range texts {
		check(t, text)
	}
}

func FuzzAppend(f *testing.F) {
	for _, text := range texts {
		f.Add(text)
	}
	f.Fuzz(check)
}

func check(t *testing.T, text string) {
	want, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	if got := Append([]byte("x="), text); string(got) != "x="+string(want) {
		t.Errorf("%q became %s, want %s", text, got, want)
	}
}
