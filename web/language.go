package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/web/page"
)

// paramLocales is the parameter by which an app asks for a language (OpenID
// Connect Core 1.0 section 3.1.2.1). Our own forms and redirects carry it on,
// unsealed: all that it can do is choose among our languages.
const paramLocales = "ui_locales"

// edition is the pages in the person's language: what the app asked for, else
// what the browser does, else the operator's first.
func (s *Server) edition(r *http.Request) *page.Edition {
	return s.editionIn(s.asked(r), r)
}

// editionIn is edition where it is known what the app asked for.
func (s *Server) editionIn(locales string, r *http.Request) *page.Edition {
	return s.Brand.In(cmp.Or(locales, s.Brand.Accepted(strings.Join(r.Header.Values("Accept-Language"), ","))))
}

// asked is the language that ui_locales names, "" for none. It is looked for
// where the request has its parameters; what cannot be read names none.
func (s *Server) asked(r *http.Request) string {
	raw := r.URL.RawQuery
	if r.Method == http.MethodPost {
		raw = string(recordOf(r).body)
	}
	if !strings.Contains(raw, paramLocales) {
		return "" // nearly always, and the silent answer should not pay for it
	}
	p := oauth.ParseParams(raw)
	return s.Brand.Named(p.Get(paramLocales))
}

// keptLocales is the query of an address of ours that goes on in the language that
// was asked for, "" for none.
func (s *Server) keptLocales(r *http.Request) string {
	if locales := s.asked(r); locales != "" {
		return queryOf(paramLocales, locales)
	}
	return ""
}

// languages are the values of Content-Language.
var languages = func() map[string][]string {
	all := make(map[string][]string)
	for _, name := range page.Languages() {
		all[name] = []string{name}
	}
	return all
}()

// speak says in the headers which language a page is in, and what else decides.
func speak(h http.Header, e *page.Edition) {
	h["Content-Language"] = languages[e.Language]
	if h["Vary"] == nil {
		h["Vary"] = byLanguage
		return
	}
	h["Vary"] = append(slices.Clip(h["Vary"]), byLanguage...)
}
