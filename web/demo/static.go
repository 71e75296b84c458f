package demo

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

//go:embed static templates
var files embed.FS

// builds maps a vendored package to the URL of its browser build, as versions.txt
// pins it. A package that is not pinned is a mistake in this directory.
var builds = sync.OnceValue(func() map[string]string {
	list, err := files.ReadFile("static/vendor/versions.txt")
	if err != nil {
		panic(err)
	}
	m := map[string]string{}
	for line := range strings.Lines(string(list)) {
		f := strings.Fields(line)
		if len(f) == 3 && f[0] != "#" {
			m[f[0]] = "/static/vendor/" + f[0] + "@" + f[1] + "/" + path.Base(f[2])
		}
	}
	return m
})

// Library is the path, below each app, of the browser build of a package that the
// demo brings along.
func Library(pkg string) string {
	u, ok := builds()[pkg]
	if !ok {
		panic("demo: not in versions.txt: " + pkg)
	}
	return u
}

type asset struct {
	body, kind, etag string
}

// loadAssets reads every embedded static file once: an embed.FS has no
// modification times, so the content's hash is what caches compare.
var loadAssets = sync.OnceValue(func() map[string]asset {
	all := map[string]asset{}
	err := fs.WalkDir(files, "static", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(body)
		all["/"+name] = asset{string(body), contentType(name), `"` + hex.EncodeToString(sum[:8]) + `"`}
		return nil
	})
	if err != nil {
		panic(fmt.Sprintf("demo: embedded files: %v", err))
	}
	return all
})

// contentType does not ask the system's MIME table, which differs between
// machines and would make nosniff refuse a script.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return "text/plain; charset=utf-8"
}

// assets serves the embedded static files. Vendored files carry their version in
// their path and never change; the others are revalidated.
func assets() http.Handler {
	all := loadAssets()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, ok := all[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", a.kind)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", referrerPolicy)
		h.Set("ETag", a.etag)
		h.Set("Cache-Control", "no-cache")
		if strings.HasPrefix(r.URL.Path, "/static/vendor/") && strings.Contains(r.URL.Path, "@") {
			h.Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader([]byte(a.body)))
	})
}
