package oauth

import (
	"strings"
	"testing"
)

func TestReserved(t *testing.T) {
	for _, name := range []string{
		"iss", "sub", "aud", "exp", "iat", "nonce", "sid", "acr", "auth_time", // those of every token
		"Sub", "SUB", "ſub", "ACR", "Client_ID", // as a lenient reader takes them
		"sub ", " sub", "\ufeffsub", "s\u200bub", "sub\u2066", "sub\u0085", // as nobody sees it
		"gid", "userinfo", "cnf", "scope", "__proto__",
		"", "a\x00b", "a\nb", "a\xffb", strings.Repeat("n", 257),
	} {
		if !Reserved(name) {
			t.Errorf("%q may be set", name)
		}
	}
	for _, name := range []string{
		"https://shop.example/roles", "https://shop.example/sub", "roles", "groups", "permissions", "email", "department", "subject", "Zürich",
	} {
		if Reserved(name) {
			t.Errorf("%q may not be set", name)
		}
	}
}
