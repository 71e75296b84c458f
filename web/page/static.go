package page

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"path"
	"strconv"
	"strings"
)

//go:embed static
var staticFiles embed.FS

// asset is one file under its content-hashed name.
type asset struct {
	name string // e.g. hush.1a2b3c4d5e6f.css
	kind string // Content-Type
	body []byte
}

// assets maps the plain name without ending, e.g. hush, to an embedded file.
var assets = loadAssets()

// Spelled out because mime.TypeByExtension depends on the host's tables.
var contentTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
	".png": "image/png",
}

func loadAssets() map[string]asset {
	files, err := staticFiles.ReadDir("static")
	if err != nil {
		panic(err) // embedded: cannot fail once it was built
	}
	all := make(map[string]asset)
	for _, f := range files {
		body, err := staticFiles.ReadFile("static/" + f.Name())
		if err != nil {
			panic(err)
		}
		ext := path.Ext(f.Name())
		stem := strings.TrimSuffix(f.Name(), ext)
		all[stem] = newAsset(stem, ext, body)
	}
	return all
}

func newAsset(stem, ext string, body []byte) asset {
	if contentTypes[ext] == "" {
		panic("page: no content type for " + ext) // of an embedded file
	}
	sum := sha256.Sum256(body)
	return asset{stem + "." + hex.EncodeToString(sum[:6]) + ext, contentTypes[ext], body}
}

// Static serves what the pages link to. Mount it at Base+"static/".
//
// A name with another hash gets the current file, not to be kept: while two
// versions run side by side, a page of the one may ask the other for its style.
func (b *Brand) Static() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		a, exact := b.find(r.URL.Path)
		if a.name == "" {
			http.NotFound(w, r)
			return
		}
		a.write(w, exact)
	})
}

// WritePicture sends an app's picture, whose name ends as [Image.Name] does and
// is of that content only.
func WritePicture(w http.ResponseWriter, name string, body []byte) {
	asset{name, contentTypes[path.Ext(name)], body}.write(w, true)
}

// write sends a file; exact says that its address is of this content only.
func (a asset) write(w http.ResponseWriter, exact bool) {
	h := w.Header()
	h.Set("Cache-Control", "no-cache")
	if exact {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	h.Set("Content-Type", a.kind)
	h.Set("Content-Length", strconv.Itoa(len(a.body)))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", filePolicy)
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	w.Write(a.body) // net/http drops the body of a HEAD
}

// filePolicy is for who opens a file by its address: a picture may have a style
// of its own, and nothing in it runs, loads or is of our origin.
const filePolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

// find looks up .../static/<stem>.<hash><ext>; exact says that the hash is the
// current one.
func (b *Brand) find(urlPath string) (a asset, exact bool) {
	dir, name := path.Split(urlPath)
	if path.Base(dir) != "static" {
		return asset{}, false
	}
	ext := path.Ext(name)
	stem, hash, ok := strings.Cut(strings.TrimSuffix(name, ext), ".")
	if a = b.files[stem]; !ok || len(hash) != 12 || path.Ext(a.name) != ext {
		return asset{}, false
	}
	return a, a.name == name
}
