package web

import (
	"net/http"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/silent"
	"github.com/hush-sso/hush/web/page"
)

// logo serves the picture of an app. Our consent page shows it, so that opening
// the page tells the app's server nothing.
func (s *Server) logo(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("name")
	if picture := s.Clients().Logo(name); picture != nil {
		page.WritePicture(w, name, picture.Body)
		return nil
	}
	if s.Register != nil {
		body, err := s.Register.Picture(r.Context(), name)
		if err != nil {
			return silent.Unavailable(err)
		}
		if body != nil {
			page.WritePicture(w, name, body)
			return nil
		}
	}
	return oauth.Errorf(errNotFound, "There is no such picture.")
}
