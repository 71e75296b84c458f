package web

import (
	"context"
	"errors"
	"net/http"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/clientauth"
	"github.com/hush-sso/hush/internal/oauth"
)

// client returns the app that calls an endpoint for apps, authenticated, and
// notes it for the log. Every such endpoint asks here.
func (s *Server) client(w http.ResponseWriter, r *http.Request, params oauth.Params) (*client.Client, error) {
	find := func(ctx context.Context, id string) (*client.Client, error) {
		c, err := s.Authorize.Find(ctx, id)
		s.allowStranger(w, r, c)
		return c, err
	}
	c, err := s.ClientAuth.Authenticate(r.Context(), find, clientauth.Presented{
		Params: params, Authorization: r.Header.Values("Authorization"),
		// The path is one of our routes; the host never comes from the request.
		Audiences: []string{s.Issuer, s.url(tokenPath), s.origin + r.URL.Path},
	})
	if err != nil {
		// Only to who used the header (RFC 6749 section 5.2): at any other 401
		// a browser would ask its user for a password.
		if e := (*oauth.Error)(nil); errors.As(err, &e) && e.Code == oauth.InvalidClient && r.Header.Get("Authorization") != "" {
			w.Header().Set("WWW-Authenticate", `Basic realm="token"`)
		}
		return nil, err
	}
	recordOf(r).client = c.ID
	return c, nil
}
