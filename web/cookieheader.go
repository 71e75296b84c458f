package web

import (
	"net/http"
	"net/textproto"
	"strings"
)

// only returns the value of the cookie of a name that came exactly once.
func only(r *http.Request, name string) (string, bool) {
	var found string
	times := 0
	for _, line := range r.Header["Cookie"] {
		// Most browsers have few of our cookies, and to read the line costs more.
		if !strings.Contains(line, name) {
			continue
		}
		for part := range strings.SplitSeq(line, ";") {
			if value, ok := named(part, name); ok {
				found = value
				times++
			}
		}
	}
	if times != 1 {
		return "", false
	}
	return found, true
}

// named returns the value of a pair of the header that has the name. It reads it as
// http.Request.CookiesNamed does, and makes nothing of it.
func named(pair, name string) (string, bool) {
	key, value, _ := strings.Cut(textproto.TrimString(pair), "=")
	if textproto.TrimString(key) != name {
		return "", false
	}
	if len(value) > 1 && value[0] == '"' && value[len(value)-1] == '"' {
		value = value[1 : len(value)-1]
	}
	for i := range len(value) {
		if c := value[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' {
			return "", false
		}
	}
	return value, true
}
