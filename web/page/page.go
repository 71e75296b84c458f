// Package page holds the pages that a person sees. A [Brand] is whose they are,
// an [Edition] the brand's pages in one language, a view what one page says:
//
//	brand.In(brand.Named(uiLocales)).Render(w, page.Login{...})
//
// [Brand.Static] serves what the pages link to. They run no script and load
// nothing from elsewhere, so they work under
//
//	default-src 'none'; style-src 'self'; img-src 'self' data:; form-action ...
//
// but for [Farewell], which frames apps and has a script for the time that they
// take, [Check], whose script looks at the browser, and those with a [Passkey]. Without
// their script these lack the passkey, and nothing else.
//
// Whatever text a view or an operator brings, the page has the same elements.
// The package knows no HTTP beyond Static and decides nothing.
//
// The texts are in catalog/*.yaml; docs/branding.md lists them
// (go test ./web/page -update).
package page

import (
	"embed"
	"html/template"
	"path"
	"strings"
)

//go:embed templates/*.html
var templateFiles embed.FS

// templates maps a view's template name to the layout with that template filled
// in. They are cloned for each edition, which brings the functions.
var templates = parse()

func parse() map[string]*template.Template {
	layout := template.Must(template.New("layout.html").Funcs((&Edition{}).funcs()).
		ParseFS(templateFiles, "templates/layout.html"))
	files, err := templateFiles.ReadDir("templates")
	if err != nil {
		panic(err) // embedded: cannot fail once it was built
	}
	all := make(map[string]*template.Template)
	for _, f := range files {
		if f.Name() == "layout.html" {
			continue
		}
		t := template.Must(template.Must(layout.Clone()).
			ParseFS(templateFiles, path.Join("templates", f.Name())))
		all[strings.TrimSuffix(f.Name(), ".html")] = t
	}
	return all
}
