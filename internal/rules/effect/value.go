package effect

import (
	"bytes"
	"encoding/json"
	"net/url"
)

// Destination reads the address of a redirect: an absolute one of the web, without a
// password, and no longer than MaxURL. nil for any other.
func Destination(address string) *url.URL {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || len(address) > MaxURL {
		return nil
	}
	return u
}

// TooDeep reports whether arrays and objects stand in each other deeper than MaxDepth.
func TooDeep(value json.RawMessage) bool {
	d := json.NewDecoder(bytes.NewReader(value))
	for level := 0; ; {
		t, err := d.Token()
		if err != nil {
			return false
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			if level++; level > MaxDepth {
				return true
			}
		case json.Delim('}'), json.Delim(']'):
			level--
		}
	}
}
