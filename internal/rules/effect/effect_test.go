package effect

import (
	"slices"
	"strings"
	"testing"
)

func TestMessage(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"plain": "plain", "": "", " a\n\tb\x00c ": "a  b c", `say "no" \o/`: "say 'no' /o/", "Zürich – „x“": "Zurich - 'x'", "日本": "??", "\x7f": "",
	} {
		if got := Message(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := Message(strings.Repeat("é", 10_000)); len(got) != MaxMessage {
		t.Errorf("%d characters", len(got))
	}
}

// Rules never say what the server says, and none of it is a claim about the user that
// they may change.
func TestReserved(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"iss", "sub", "aud", "exp", "iat", "nonce", "sid", "acr", "auth_time", "client_id", "scope", "cnf", "gid", "Sub", ""} {
		if !Reserved(name) {
			t.Errorf("%s is not reserved", name)
		}
	}
	for _, name := range append(Profile(), "https://shop.example/roles", "roles") {
		if Reserved(name) {
			t.Errorf("%s is reserved", name)
		}
	}
	if p := Profile(); slices.Contains(p, "sub") {
		t.Error("sub may change")
	}
}
