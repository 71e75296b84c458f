package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/hush-sso/hush/internal/client"
)

// allowOrigin lets pages of registered web origins read an answer. The origin
// is named, never *, because some libraries send credentials; no endpoint with
// CORS reads the SSO cookie, but for those of FedCM, which no script can call. The
// authorization endpoint has none at all.
func (s *Server) allowOrigin(w http.ResponseWriter, r *http.Request) {
	w.Header().Add("Vary", "Origin")
	if origin := r.Header.Get("Origin"); origin != "" && s.Clients().AllowsOrigin(origin) {
		expose(w.Header(), origin)
	}
}

// allowStranger does the same for the app that a request turned out to be from,
// if it registered itself: its origins are in no list that could be asked before.
func (s *Server) allowStranger(w http.ResponseWriter, r *http.Request, c *client.Client) {
	if origin := r.Header.Get("Origin"); c != nil && c.Unverified && c.AllowsOrigin(origin) {
		expose(w.Header(), origin)
	}
}

func expose(h http.Header, origin string) {
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Access-Control-Allow-Credentials", "true")
	h.Set("Access-Control-Expose-Headers", "DPoP-Nonce, WWW-Authenticate")
}

// toAnyone lets every page read an answer where apps register themselves: it is
// nobody's secret, or the page's own registration, and no cookie counts for it.
func (s *Server) toAnyone(next handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		h := w.Header()
		if origin := r.Header.Get("Origin"); origin != "" && s.Register != nil && h.Get("Access-Control-Allow-Origin") == "" {
			h.Set("Access-Control-Allow-Origin", origin)
			h.Set("Access-Control-Expose-Headers", "WWW-Authenticate, Retry-After")
		}
		return next(w, r)
	}
}

// preflight answers OPTIONS for the origins that allowOrigin lets in. Where apps
// register themselves any page may send its request, which it could from
// anywhere else too; only the app's own may read the answer.
func (s *Server) preflight(methods string) handler {
	list := []string{"GET", "POST"} // which need no preflight anyway
	for method := range strings.FieldsSeq(methods) {
		if !slices.Contains(list, method) {
			list = append(list, method)
		}
	}
	methods = strings.Join(list, ", ")
	return func(w http.ResponseWriter, r *http.Request) error {
		h := w.Header()
		if origin := r.Header.Get("Origin"); origin != "" && s.Register != nil {
			expose(h, origin)
		}
		if h.Get("Access-Control-Allow-Origin") != "" {
			h.Set("Access-Control-Allow-Methods", methods)
			h.Set("Access-Control-Allow-Headers", "auth0-client, authorization, content-type, dpop, x-okta-user-agent-extended")
			h.Set("Access-Control-Max-Age", "7200")
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
}
