package client

import (
	"strings"
	"testing"
)

func TestFrontchannelLogoutURI(t *testing.T) {
	for raw, words := range map[string]string{
		"https://app.test/out":                  "",
		"https://app.test/out?a=b":              "",
		"https://app.test:8443/out":             "",
		"http://localhost:3001/out":             "",
		"https://evil.test/out":                 "scheme, host and port",
		"https://app.test:444/out":              "scheme, host and port",
		"http://app.test/out":                   "https",
		"https://app.test.evil.test/out":        "scheme, host and port",
		"https://app.test@evil.test/out":        "user name",
		"https://app.test/out#part":             "fragment",
		"https://app.test/out?sid=1":            "iss or sid",
		"https://app.test/out?a=b&iss=x":        "iss or sid",
		"https://app.test/out?a=%zz":            "iss or sid",
		"javascript:alert(1)":                   "",
		"com.example.app:/out":                  "https",
		"https://app.test/*":                    "character",
		"https://app.test/out; script-src 'x'":  "character",
		"https://app.test/out\nframe-src: evil": "character",
	} {
		_, err := New(Spec{ID: "app", FrontchannelLogoutURI: raw,
			RedirectURIs: []string{"https://app.test/cb", "https://app.test:8443/cb", "http://localhost:3001/cb", "com.example.app:/cb"}})
		good := words == "" && !strings.HasPrefix(raw, "javascript")
		if good != (err == nil) || err != nil && (!strings.Contains(err.Error(), words) || !strings.Contains(err.Error(), "frontchannel_logout_uri")) {
			t.Errorf("%s: %v", raw, err)
		}
	}
}

func TestBackchannelLogoutURI(t *testing.T) {
	for raw, good := range map[string]bool{
		"https://elsewhere.test/told": true, "https://elsewhere.test/told?a=b": true, "http://localhost:3001/told": true,
		"http://elsewhere.test/told": false, "https://elsewhere.test/told#part": false, "com.example.app:/told": false,
		"https://a:b@elsewhere.test/": false, "/told": false,
	} {
		_, err := New(Spec{ID: "app", BackchannelLogoutURI: raw, RedirectURIs: []string{"https://app.test/cb"}})
		if good != (err == nil) || err != nil && !strings.Contains(err.Error(), "backchannel_logout_uri") {
			t.Errorf("%s: %v", raw, err)
		}
	}
}

func TestFrontchannelSource(t *testing.T) {
	c, err := New(Spec{ID: "app", FrontchannelLogoutURI: "https://app.test:8443/a;b,c%20/out?x=y", RedirectURIs: []string{"https://app.test:8443/cb"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := c.FrontchannelSource(); got != "https://app.test:8443/a%3Bb%2Cc%20/out" {
		t.Error(got)
	}
}

func TestFrontchannelLogout(t *testing.T) {
	for raw, want := range map[string]string{
		"":                         "",
		"https://app.test/out":     "https://app.test/out?iss=https%3A%2F%2Flogin.test%2F&sid=a%26b",
		"https://app.test/out?":    "https://app.test/out?iss=https%3A%2F%2Flogin.test%2F&sid=a%26b",
		"https://app.test/out?x=y": "https://app.test/out?x=y&iss=https%3A%2F%2Flogin.test%2F&sid=a%26b",
	} {
		c, err := New(Spec{ID: "app", FrontchannelLogoutURI: raw, RedirectURIs: []string{"https://app.test/cb"}})
		if err != nil {
			t.Fatal(err)
		}
		if got := c.FrontchannelLogout("https://login.test/", "a&b"); got != want {
			t.Errorf("%q: %s", raw, got)
		}
	}
}
