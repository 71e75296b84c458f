package client

import "testing"

func TestSite(t *testing.T) {
	for _, c := range []struct{ origin, want string }{
		{"https://app.example.com", "https://example.com"},
		{"https://example.com", "https://example.com"},
		{"https://A.Example.COM:8443", "https://example.com"},
		{"http://app.example.com", "http://example.com"},
		{"https://a.b.example.co.uk", "https://example.co.uk"},
		{"https://shop.github.io", "https://shop.github.io"},
		{"https://github.io", "https://github.io"},
		{"https://orders.test", "https://orders.test"},
		{"https://app.corp.test", "https://corp.test"},
		{"http://localhost:3001", "http://localhost"},
		{"http://orders.localhost:3001", "http://orders.localhost"},
		{"http://127.0.0.1:3001", "http://127.0.0.1"},
		{"https://[::1]:3001", "https://::1"},
		{"com.example.app://callback", ""},
		{"null", ""},
		{"", ""},
	} {
		if got := Site(c.origin); got != c.want {
			t.Errorf("Site(%q) = %q, want %q", c.origin, got, c.want)
		}
	}
}

func TestSameSite(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"https://app.corp.test", "https://idp.corp.test:8443", true},
		{"https://app.corp.test", "http://idp.corp.test", false},
		{"https://a.github.io", "https://b.github.io", false},
		{"http://localhost:3001", "http://localhost:8080", true},
		{"http://app.localhost:3001", "http://localhost:8080", false},
		{"null", "null", false},
	} {
		if got := SameSite(c.a, c.b); got != c.want {
			t.Errorf("SameSite(%q, %q) = %v", c.a, c.b, got)
		}
	}
}
