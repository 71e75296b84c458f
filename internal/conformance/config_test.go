package conformance

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// TestConfig is the profile Config: discovery and the key set.
func TestConfig(t *testing.T) {
	f := newOP(t, nil)
	r := f.Fetch(http.MethodGet, ".well-known/openid-configuration", nil)
	doc := r.JSON()
	list := func(name string) (out []string) {
		values, _ := doc[name].([]any)
		for _, v := range values {
			out = append(out, v.(string))
		}
		return out
	}
	t.Run("discovery", func(t *testing.T) {
		if r.Status != http.StatusOK || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
			t.Errorf("status %d, Content-Type %q", r.Status, r.Header.Get("Content-Type"))
		}
		if doc["issuer"] != issuer {
			t.Errorf("issuer is %v", doc["issuer"])
		}
		for name, want := range map[string][]string{
			"response_types_supported":              {"code", "id_token", "id_token token", "code id_token", "code token", "code id_token token"},
			"response_modes_supported":              {"query", "fragment", "form_post", "web_message"},
			"subject_types_supported":               {"public"},
			"id_token_signing_alg_values_supported": {"RS256"},
			"scopes_supported":                      {"openid", "profile", "email", "address", "phone", "offline_access"},
			"claims_supported":                      append([]string{"sub", "iss", "auth_time", "acr", "email", "address", "phone_number"}, profileNames...),
			"grant_types_supported":                 {"authorization_code", "implicit", "refresh_token"},
			"token_endpoint_auth_methods_supported": {"client_secret_basic", "client_secret_post"},
			"code_challenge_methods_supported":      {"S256"},
		} {
			for _, value := range want {
				if !slices.Contains(list(name), value) {
					t.Errorf("%s lacks %s: %v", name, value, list(name))
				}
			}
		}
		if doc["claims_parameter_supported"] != true {
			t.Error("claims_parameter_supported is not true")
		}
	})
	t.Run("endpoints", func(t *testing.T) {
		for _, name := range []string{"authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"} {
			address, _ := doc[name].(string)
			path, ours := strings.CutPrefix(address, issuer)
			if !ours {
				t.Errorf("%s is %q", name, address)
				continue
			}
			if r := f.Fetch(http.MethodGet, path, nil); r.Status == http.StatusNotFound {
				t.Errorf("%s is not there", name)
			}
		}
	})
	t.Run("jwks", func(t *testing.T) {
		if len(f.keys) == 0 {
			t.Error("there are no keys")
		}
		for kid, k := range f.keys {
			if k.D+k.P+k.Q != "" {
				t.Errorf("key %s is private", kid)
			}
			if k.Use != "sig" || k.Alg == "" || k.key == nil {
				t.Errorf("key %s: %+v", kid, k)
			}
		}
	})
	t.Run("oauth-authorization-server", func(t *testing.T) {
		r := f.Fetch(http.MethodGet, ".well-known/oauth-authorization-server", nil)
		var other map[string]any
		if err := json.Unmarshal([]byte(r.Body), &other); err != nil || other["issuer"] != issuer {
			t.Errorf("status %d, issuer %v, %v", r.Status, other["issuer"], err)
		}
	})
}
