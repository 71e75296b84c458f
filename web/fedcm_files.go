package web

import (
	"net/http"

	"github.com/hush-sso/hush/internal/oauth"
)

// fedcmWellKnown says which configuration is the provider's, so that no other of
// this site can tell by its address who asks. Browsers look at the host of the
// registrable domain only.
func (s *Server) fedcmWellKnown(w http.ResponseWriter, _ *http.Request) error {
	writeJSON(w, http.StatusOK, map[string]any{
		"provider_urls":     []string{s.url(fedcmConfigPath)},
		"accounts_endpoint": s.url(fedcmAccountsPath), "login_url": s.url(fedcmLoginPath),
	})
	return nil
}

// fedcmConfig says where everything is.
func (s *Server) fedcmConfig(w http.ResponseWriter, _ *http.Request) error {
	writeJSON(w, http.StatusOK, map[string]any{
		"accounts_endpoint": s.url(fedcmAccountsPath), "client_metadata_endpoint": s.url(fedcmMetadataPath),
		"id_assertion_endpoint": s.url(fedcmAssertionPath), "disconnect_endpoint": s.url(fedcmDisconnectPath),
		"login_url": s.url(fedcmLoginPath),
		"branding":  map[string]any{"name": s.Brand.Name()},
	})
	return nil
}

// fedcmMetadata tells the browser of the app's own pages, which its dialog names.
func (s *Server) fedcmMetadata(w http.ResponseWriter, r *http.Request) error {
	params, err := query(r)
	if err != nil {
		return err
	}
	c, err := s.Authorize.Find(r.Context(), params.Get("client_id"))
	if err != nil {
		return err
	}
	if c == nil {
		return oauth.Errorf(oauth.UnauthorizedClient, "No app is registered under this client_id.")
	}
	recordOf(r).client = c.ID
	if origin := r.Header.Get("Origin"); c.AllowsOrigin(origin) {
		allowBrowser(w, origin)
	}
	body := map[string]string{}
	for name, address := range map[string]string{"privacy_policy_url": c.PolicyURI, "terms_of_service_url": c.TOSURI} {
		if address != "" {
			body[name] = address
		}
	}
	writeJSON(w, http.StatusOK, body)
	return nil
}
