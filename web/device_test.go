package web

import (
	"strings"
	"testing"
)

func TestDevice(t *testing.T) {
	webkit := " AppleWebKit/537.36 (KHTML, like Gecko) "
	for userAgent, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64)" + webkit + "Chrome/142.0.0.0 Safari/537.36":                                                   "Chrome on Windows",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64)" + webkit + "Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0":                                     "Edge on Windows",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15":                   "Safari on macOS",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1": "Safari on iPhone",
		"Mozilla/5.0 (iPad; CPU OS 16_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/145.0 Mobile/15E148 Safari/604.1":           "Firefox on iPad",
		"Mozilla/5.0 (Linux; Android 10; K)" + webkit + "SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36":                               "Samsung Browser on Android",
		"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0)" + webkit + "Chrome/142.0.0.0 Safari/537.36":                                                    "Chrome on ChromeOS",
		"Mozilla/5.0 (X11; FreeBSD amd64; rv:145.0) Gecko/20100101 Firefox/145.0":                                                                 "Firefox",
		"curl/8.5.0": "curl",
		"":           "",
		// What somebody made up is dropped, not repaired.
		"<script>alert(1)</script>/1.0 (Windows NT 10.0)": "Windows",
		"Mozilla/5.0 (<b>x</b>; Linux) Foo/1":             "Linux",
		"\u202eemorhC/1.0":                                "",
		strings.Repeat("a", 200) + "/1":                   "",
		strings.Repeat("(", 1<<20):                        "",
	} {
		if got := device(userAgent); got != want {
			t.Errorf("%.80q is %q, want %q", userAgent, got, want)
		}
	}
}

func FuzzDevice(f *testing.F) {
	f.Add("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/142.0.0.0 Safari/537.36")
	f.Add("(;/)Android;iPhone:")
	f.Fuzz(func(t *testing.T, userAgent string) {
		if got := device(userAgent); len(got) > 64 || strings.ContainsAny(got, "<>&\"'\n") {
			t.Errorf("%q is %q", userAgent, got)
		}
	})
}
