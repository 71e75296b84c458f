package dpop

import (
	"net/url"
	"strings"
)

// sameTarget compares an htu with the address of an endpoint, both in the
// normal form of RFC 3986 section 6.2.2 and 6.2.3, without query and fragment
// (RFC 9449 section 4.3).
func sameTarget(htu, endpoint string) bool {
	got, ok := normal(htu)
	want, known := normal(endpoint)
	return ok && known && got == want
}

func normal(raw string) (string, bool) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil || u.Opaque != "" {
		return "", false
	}
	u = u.ResolveReference(u) // which takes the dot segments out
	scheme, host, port := strings.ToLower(u.Scheme), strings.ToLower(u.Hostname()), u.Port()
	if scheme == "https" && port == "443" || scheme == "http" && port == "80" {
		port = ""
	}
	path := unreserved(u.EscapedPath())
	if path == "" {
		path = "/"
	}
	return scheme + "://" + host + ":" + port + path, true
}

// unreserved decodes the percent-encoded characters that need no encoding, and
// writes the others in upper case.
func unreserved(path string) string {
	var b strings.Builder
	for i := 0; i < len(path); i++ {
		if path[i] != '%' || i+2 >= len(path) {
			b.WriteByte(path[i])
			continue
		}
		text, err := url.PathUnescape(path[i : i+3])
		if err == nil && isUnreserved(text[0]) {
			b.WriteString(text)
		} else {
			b.WriteString(strings.ToUpper(path[i : i+3]))
		}
		i += 2
	}
	return b.String()
}

func isUnreserved(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0
}
