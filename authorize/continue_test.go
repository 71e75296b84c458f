package authorize

import (
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/rules/effect"
)

// TestDestination: the state is added to what a rule names, whatever stands there.
func TestDestination(t *testing.T) {
	for raw, want := range map[string]string{
		"https://terms.test":                            "https://terms.test?state=x",
		"https://terms.test/a?b=c":                      "https://terms.test/a?b=c&state=x",
		"https://terms.test/a#part":                     "https://terms.test/a?state=x#part",
		"http://localhost:3000/":                        "http://localhost:3000/?state=x",
		"https://terms.test/ü?q=a b":                    "https://terms.test/%C3%BC?q=a%20b&state=x",
		"/continue":                                     "",
		"//terms.test/":                                 "",
		"javascript:alert(1)":                           "",
		"com.example.app:/cb":                           "",
		"https:///":                                     "",
		"https://user:pass@terms.test/":                 "",
		"https://terms.test/\r\nSet-Cookie:":            "",
		"https://" + strings.Repeat("a", effect.MaxURL): "",
	} {
		got, problem := destination(raw, "x")
		if got != want || (problem == "") == (want == "") {
			t.Errorf("%q becomes %q, %q", raw, got, problem)
		}
	}
}
