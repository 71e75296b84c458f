package web

import (
	"bytes"
	"net/http"
	"time"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/web/sdk"
)

// modulePath is below the issuer, which hush.js knows by where it was loaded from.
const modulePath = "silent/"

// module serves hush.js and its types to the pages of every app: a module is loaded
// by CORS, with integrity if the app wants that. Nothing here depends on who asks,
// and no cookie counts. With ?v=<its version> the address is of that file only.
func (s *Server) module(name string) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		f, ok := sdk.Find(name)
		if !ok {
			return oauth.Errorf(errNotFound, "Nothing is served at this address.")
		}
		h := w.Header()
		h.Set("Content-Type", f.Kind)
		h.Set("ETag", f.ETag)
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Cache-Control", "no-cache")
		if r.URL.RawQuery == "v="+sdk.Version {
			h.Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(f.Body))
		return nil
	}
}
