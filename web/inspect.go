package web

import (
	"errors"
	"net/http"

	"github.com/hush-sso/hush/internal/clientauth"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/token"
)

// introspect tells what a token is worth (RFC 7662): to a confidential app of
// its own ones, to an API with a secret of those for it. All else is inactive,
// and who asks learns no more than that.
func (s *Server) introspect(w http.ResponseWriter, r *http.Request) error {
	params, err := form(r)
	if err != nil {
		return err
	}
	asker, err := s.asker(w, r, params)
	if err != nil {
		return err
	}
	if params.Get("token") == "" {
		return oauth.Errorf(oauth.InvalidRequest, "token is missing.")
	}
	told, err := s.Authorize.Inspect(r.Context(), asker, params.Get("token"))
	if err != nil {
		return err
	}
	if told == nil {
		writeJSON(w, http.StatusOK, map[string]bool{"active": false})
		return nil
	}
	writeJSON(w, http.StatusOK, told)
	return nil
}

// asker authenticates who asks. An app without a secret is anybody.
func (s *Server) asker(w http.ResponseWriter, r *http.Request, params oauth.Params) (token.Asker, error) {
	shown := clientauth.Presented{Params: params, Authorization: r.Header.Values("Authorization")}
	if api := s.ClientAuth.API(s.Clients().API, shown); api != nil {
		return token.Asker{API: api}, nil
	}
	c, err := s.client(w, r, params)
	switch {
	case errors.Is(err, clientauth.ErrUnknown):
		err = oauth.Errorf(oauth.InvalidClient, "No app has this client_id, and no API shows this audience with the secret of its secret_hash. In the Authorization header each is form-encoded first: https%%3A%%2F%%2Fapi.example.com.")
	case err == nil && !c.Confidential:
		err = oauth.Errorf(oauth.InvalidClient, "Only confidential apps may ask about their tokens, and APIs that have a secret_hash.")
	}
	return token.Asker{Client: c}, err
}

// revoke ends a token of an app (RFC 7009). The answer to what is no token, or
// another app's, is the same.
func (s *Server) revoke(w http.ResponseWriter, r *http.Request) error {
	params, err := form(r)
	if err != nil {
		return err
	}
	c, err := s.client(w, r, params)
	if err != nil {
		return err
	}
	if params.Get("token") == "" {
		return oauth.Errorf(oauth.InvalidRequest, "token is missing.")
	}
	if err := s.Authorize.Revoke(r.Context(), c, params.Get("token")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusOK)
	return nil
}
