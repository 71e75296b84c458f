package web

import (
	"encoding/json"
	"net/http"

	"github.com/hush-sso/hush/internal/token"
	"github.com/hush-sso/hush/silent"
)

// describe makes the discovery document (OpenID Connect Discovery 1.0 section
// 3) once: it says what is on, and nothing else.
func (s *Server) describe() []byte {
	doc, err := json.Marshal(map[string]any{
		"issuer":                                s.Issuer,
		"authorization_endpoint":                s.url("authorize"),
		"token_endpoint":                        s.url("oauth/token"),
		"userinfo_endpoint":                     s.url("userinfo"),
		"end_session_endpoint":                  s.url("oidc/logout"),
		"jwks_uri":                              s.url(".well-known/jwks.json"),
		"response_types_supported":              []string{"code", "token", "id_token", "id_token token", "code id_token", "code token", "code id_token token"},
		"response_modes_supported":              []string{"query", "fragment", "form_post", "web_message"},
		"grant_types_supported":                 []string{"authorization_code", "implicit"},
		"subject_types_supported":               []string{"public"},
		"id_token_signing_alg_values_supported": token.Algorithms,
		"scopes_supported":                      []string{"openid", "profile", "email", "address", "phone"},
		"claims_supported": []string{"sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "sid", "acr", "amr",
			"name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile", "picture", "website",
			"gender", "birthdate", "zoneinfo", "locale", "updated_at", "email", "email_verified", "address", "phone_number", "phone_number_verified"},
		"token_endpoint_auth_methods_supported":          []string{"none", "client_secret_basic", "client_secret_post"},
		"code_challenge_methods_supported":               []string{"S256"},
		"prompt_values_supported":                        []string{"none", "login", "consent", "select_account"},
		"authorization_response_iss_parameter_supported": true,
		"ui_locales_supported":                           s.Brand.Speaks(),
		"claims_parameter_supported":                     false,
		"request_parameter_supported":                    false,
		"request_uri_parameter_supported":                false,
	})
	if err != nil {
		panic(err) // strings and booleans always marshal
	}
	return doc
}

// publicCache lets apps keep discovery and keys for five minutes.
const publicCache = "public, max-age=300"

func (s *Server) configuration(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", publicCache)
	w.Write(s.discovery) // the client is gone if this fails
	return nil
}

func (s *Server) jwks(w http.ResponseWriter, _ *http.Request) error {
	keys := s.Keys.JWKS()
	if keys == nil {
		return silent.Unavailable(token.ErrNotReady)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", publicCache)
	w.Write(keys) // the client is gone if this fails
	return nil
}
