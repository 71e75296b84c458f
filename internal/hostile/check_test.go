package hostile

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/hush-sso/hush/internal/hushtest"
)

// differs tells how a hostile reply is more than its twin with another text, ""
// if it is not.
func differs(twin, hostile *hushtest.Reply, as rewrite) string {
	if twin.Status != hostile.Status {
		return fmt.Sprintf("status %d, the twin has %d", hostile.Status, twin.Status)
	}
	if what := badHeaders(hostile.Header); what != "" {
		return what
	}
	if what := otherHeaders(twin.Header, hostile.Header, as); what != "" {
		return what
	}
	if !strings.HasPrefix(hostile.Header.Get("Content-Type"), "text/html") {
		if a, b := as("", twin.Body), hostile.Body; a != b {
			return fmt.Sprintf("body %.300q, the twin has %.300q", b, a)
		}
		return ""
	}
	return otherPage(twin, hostile, as)
}

// badHeaders looks for what no header may hold, and for one policy.
func badHeaders(h http.Header) string {
	for name, values := range h {
		for _, v := range values {
			if strings.ContainsFunc(name+v, func(r rune) bool { return r < ' ' || r > '~' }) {
				return fmt.Sprintf("the header %s holds %.200q", name, v)
			}
		}
	}
	html := strings.HasPrefix(h.Get("Content-Type"), "text/html")
	switch {
	case !html:
		return ""
	case h.Get("Content-Type") != "text/html; charset=utf-8":
		return "Content-Type " + h.Get("Content-Type")
	case len(h.Values("Content-Security-Policy")) != 1:
		return fmt.Sprintf("%d content security policies", len(h.Values("Content-Security-Policy")))
	case !strings.HasPrefix(h.Get("Content-Security-Policy"), "default-src 'none'; "):
		return "the policy is " + h.Get("Content-Security-Policy")
	case h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cache-Control") != "no-store":
		return "nosniff or no-store is missing"
	}
	return ""
}

// otherHeaders compares all headers but what is made anew each time.
func otherHeaders(twin, hostile http.Header, as rewrite) string {
	names := map[string]bool{}
	for name := range twin {
		names[name] = true
	}
	for name := range hostile {
		names[name] = true
	}
	delete(names, "Content-Length") // of bodies that differ, which are compared besides
	for name := range names {
		a, b := header(twin, name, as), header(hostile, name, asIs)
		if !slices.Equal(a, b) {
			return fmt.Sprintf("the header %s is %.300q, the twin has %.300q", name, b, a)
		}
	}
	return ""
}

func header(h http.Header, name string, as rewrite) (list []string) {
	for _, v := range h.Values(name) {
		switch name {
		case "Location":
			v = location(v, as)
		case "Set-Cookie":
			v, _, _ = strings.Cut(v, "=")
		case "Content-Security-Policy":
			if _, rest, ok := strings.Cut(v, "'nonce-"); ok {
				nonce, _, _ := strings.Cut(rest, "'")
				v = strings.ReplaceAll(v, nonce, "NONCE")
			}
		}
		list = append(list, v)
	}
	return list
}

// location decodes the parameters that an address carries.
func location(to string, as rewrite) string {
	base, rest := to, ""
	if i := strings.IndexAny(to, "?#"); i >= 0 {
		base, rest = to[:i+1], to[i+1:]
	}
	for part := range strings.SplitSeq(rest, "&") {
		name, value, _ := strings.Cut(part, "=")
		text, err := url.PathUnescape(value)
		if err != nil {
			return to + " does not decode"
		}
		if slices.Contains(tokens, name) || name == "request" {
			text = "SEALED"
		}
		base += fmt.Sprintf(" %s=%q", name, as(inData, text))
	}
	return base
}

// otherPage compares what the two parse to, and the script with its policy.
func otherPage(twin, hostile *hushtest.Reply, as rewrite) string {
	want, err := parse(twin.Body, as)
	if err != nil {
		return err.Error()
	}
	got, err := parse(hostile.Body, asIs)
	if err != nil {
		return err.Error()
	}
	for i := range max(len(want.lines), len(got.lines)) {
		a, b := at(want.lines, i), at(got.lines, i)
		if a != b {
			return fmt.Sprintf("node %d is %.300s\nthe twin has %.300s", i, b, a)
		}
	}
	if got.script == "" {
		return ""
	}
	policy := hostile.Header.Get("Content-Security-Policy")
	switch {
	case !nonceShape.MatchString(got.nonce) || strings.Count(policy, "script-src 'nonce-"+got.nonce+"';") != 1:
		return fmt.Sprintf("the script has the nonce %q under the policy %s", got.nonce, policy)
	case got.nonce == want.nonce:
		return "two pages have one nonce"
	}
	if i := strings.IndexAny(dataOf(got.script), "<>&\u2028\u2029\x00"); i >= 0 {
		return fmt.Sprintf("the script's data hold %.20q", dataOf(got.script)[i:])
	}
	return ""
}

func dataOf(script string) string {
	_, data, _ := strings.Cut(script, "})(")
	return data
}

func at(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return "nothing"
}
