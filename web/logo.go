package web

import (
	"net/http"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/web/page"
)

// logo serves the picture of an app. Our consent page shows it, so that opening
// the page tells the app's server nothing.
func (s *Server) logo(w http.ResponseWriter, r *http.Request) error {
	picture := s.Clients().Logo(r.PathValue("name"))
	if picture == nil {
		return oauth.Errorf(errNotFound, "There is no such picture.")
	}
	page.WritePicture(w, picture.Name, picture.Body)
	return nil
}
