package page

import (
	"fmt"
	"html/template"
	"net/url"
	"strings"
	"unicode"
)

// funcs are what the templates of an edition call.
func (e *Edition) funcs() template.FuncMap {
	return template.FuncMap{
		"language":  func() string { return e.Language },
		"direction": e.Direction,
		"brand":     func() string { return e.brand.name },
		"file":      e.file,
		"has":       func(stem string) bool { return e.brand.files[stem].name != "" },
		"kind":      func(stem string) string { return e.brand.files[stem].kind },
		"text":      e.text,
		"say":       e.say,
		"strong":    func(s string) strong { return strong(s) },
		"plain":     plain,
		"initial":   initial,
		"link":      link,
		"groups":    groups,
	}
}

// file returns the hashed name of a file.
func (e *Edition) file(stem string) (string, error) {
	a, ok := e.brand.files[stem]
	if !ok {
		return "", fmt.Errorf("no file %q", stem)
	}
	return a.name, nil
}

// plain makes s fit for a <title>, where markup cannot isolate its direction
// and a tab has little room: no control or direction characters, 60 at most.
func plain(s string) string {
	const most = 60
	var b strings.Builder
	n := 0
	for _, r := range s {
		if unruly(r) {
			continue
		}
		if n++; n > most {
			return b.String() + "…"
		}
		b.WriteRune(r)
	}
	return b.String()
}

// initial is what stands in for a picture of the account or app.
func initial(s string) string {
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return string(unicode.ToUpper(r))
		}
	}
	return "•"
}

// link lets a validated address pass the template's own filter, which would
// blank a native app's scheme. It accepts http, https, a local path and a
// private-use scheme, which has a dot in it (RFC 8252, section 7.1): so
// javascript: and data: are out even if a caller forgot to look.
func link(s string) template.URL {
	u, err := url.Parse(s)
	if err != nil || strings.HasPrefix(s, "//") { // "////host" parses as a path
		return ""
	}
	switch {
	case u.Scheme == "" && u.Host == "" && strings.HasPrefix(u.Path, "/"):
	case (u.Scheme == "http" || u.Scheme == "https") && u.Host != "":
	case strings.Contains(u.Scheme, "."):
	default:
		return ""
	}
	return template.URL(u.String())
}

// group is the permissions of one API, or those about the person (API "").
type group struct {
	API         string
	Permissions []Permission
}

// groups gathers by API, in the order in which each first appears.
func groups(ps []Permission) []group {
	var out []group
	at := make(map[string]int)
	for _, p := range ps {
		i, ok := at[p.API]
		if !ok {
			i = len(out)
			at[p.API] = i
			out = append(out, group{API: p.API})
		}
		out[i].Permissions = append(out[i].Permissions, p)
	}
	return out
}
