package page

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
)

//go:embed static
var staticFiles embed.FS

// asset is one embedded file under its content-hashed name.
type asset struct {
	name string // e.g. hush.1a2b3c4d5e6f.css
	kind string // Content-Type
	body []byte
}

// assets maps the plain name, e.g. hush.css, to the file.
var assets = loadAssets()

// Spelled out because mime.TypeByExtension depends on the host's tables.
var contentTypes = map[string]string{
	".css": "text/css; charset=utf-8",
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
		sum := sha256.Sum256(body)
		name := strings.TrimSuffix(f.Name(), ext) + "." + hex.EncodeToString(sum[:6]) + ext
		if _, _, err := mime.ParseMediaType(contentTypes[ext]); err != nil {
			panic("page: no content type for " + f.Name())
		}
		all[f.Name()] = asset{name, contentTypes[ext], body}
	}
	return all
}

// assetName gives templates the hashed name of a file.
func assetName(plain string) (string, error) {
	a, ok := assets[plain]
	if !ok {
		return "", fmt.Errorf("no file %q", plain)
	}
	return a.name, nil
}

// Static serves the pages' own files. Mount it at Base+"static/".
//
// A name with another hash gets the current file, not to be kept: while two
// versions run side by side, a page of the one may ask the other for its style.
func Static() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		a, exact := findAsset(r.URL.Path)
		if a.name == "" {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Cache-Control", "no-cache")
		if exact {
			h.Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		h.Set("Content-Type", a.kind)
		h.Set("Content-Length", strconv.Itoa(len(a.body)))
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		w.Write(a.body) // net/http drops the body of a HEAD
	})
}

// findAsset looks up .../static/<stem>.<hash><ext>; exact says that the hash
// is the current one.
func findAsset(urlPath string) (a asset, exact bool) {
	dir, name := path.Split(urlPath)
	if path.Base(dir) != "static" {
		return asset{}, false
	}
	ext := path.Ext(name)
	stem, hash, ok := strings.Cut(strings.TrimSuffix(name, ext), ".")
	if !ok || len(hash) != 12 {
		return asset{}, false
	}
	a = assets[stem+ext]
	return a, a.name == name
}
