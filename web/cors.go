package web

import "net/http"

// allowOrigin lets pages of registered web origins read an answer. The origin
// is named, never *, because some libraries send credentials; no endpoint with
// CORS reads the SSO cookie. The authorization endpoint has none at all.
func (s *Server) allowOrigin(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Add("Vary", "Origin")
	origin := r.Header.Get("Origin")
	if origin == "" || !s.Clients().AllowsOrigin(origin) {
		return
	}
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Access-Control-Allow-Credentials", "true")
	h.Set("Access-Control-Expose-Headers", "DPoP-Nonce, WWW-Authenticate")
}

// preflight answers OPTIONS for the origins that allowOrigin lets in.
func (s *Server) preflight(w http.ResponseWriter, r *http.Request) error {
	h := w.Header()
	if h.Get("Access-Control-Allow-Origin") != "" {
		h.Set("Access-Control-Allow-Methods", "GET, POST")
		h.Set("Access-Control-Allow-Headers", "auth0-client, authorization, content-type, dpop, x-okta-user-agent-extended")
		h.Set("Access-Control-Max-Age", "7200")
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
