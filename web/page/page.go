// Package page holds the pages that a person sees: fill in a view and call its
// Render. Static serves what the pages link to.
//
// The pages run no script and load nothing from elsewhere, so they work under
//
//	default-src 'none'; style-src 'self'; img-src 'self' data:; form-action ...
//
// Whatever text a view carries, the page has the same elements. The package
// knows no HTTP beyond Static and decides nothing.
package page

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"path"
	"strings"
)

//go:embed templates/*.html
var templateFiles embed.FS

// pages maps a view's template name to the layout with that template filled in.
var pages = parse()

func parse() map[string]*template.Template {
	layout := template.Must(template.New("layout.html").Funcs(funcs).
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

// render executes into memory first, so that a failure writes nothing.
func render(w io.Writer, name string, view any) error {
	var b bytes.Buffer
	if err := pages[name].ExecuteTemplate(&b, "layout.html", view); err != nil {
		return fmt.Errorf("page %s: %w", name, err)
	}
	_, err := w.Write(b.Bytes())
	return err
}
