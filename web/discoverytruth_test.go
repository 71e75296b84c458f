package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/provider"
)

// TestDiscoveryTellsTheTruth: what the document lists works, and what it does not
// list does not.
func TestDiscoveryTellsTheTruth(t *testing.T) {
	every := clients()[0]
	every.GrantTypes = append(slices.Clone(every.GrantTypes), "refresh_token")
	for name, app := range map[string]client.Spec{
		"everything": every,
		"code only":  {ID: "every", FirstParty: true, RedirectURIs: every.RedirectURIs},
	} {
		t.Run(name, func(t *testing.T) {
			p := node(t, embedded(t), func(o *provider.Options) { o.Clients = []client.Spec{app} })
			a := browser(t, p)
			doc := a.Get(".well-known/openid-configuration").JSON()
			listed := func(member, value string) bool {
				list, _ := doc[member].([]any)
				return slices.Contains(list, any(value))
			}
			a.Authorize(request("every"))
			granted(t, a.SignIn("alice", "wonderland"))
			answers := func(pairs ...string) bool {
				r := a.Authorize(quiet("every", pairs...))
				return r.Answer != nil && r.Answer.Params["error"] == ""
			}

			for _, types := range []string{"code", "token", "id_token", "id_token token", "code id_token", "code token", "code id_token token", "none"} {
				if works := answers("response_type", types); works != listed("response_types_supported", types) {
					t.Errorf("response_type=%s: works is %v", types, works)
				}
			}
			for _, mode := range []string{"query", "fragment", "form_post", "web_message", "jwt", "query.jwt", "fragment.jwt", "form_post.jwt", "okta_post_message"} {
				r := a.Authorize(quiet("every", "response_mode", mode))
				works := r.Answer != nil && r.Answer.Params["error"] == ""
				if works != listed("response_modes_supported", mode) {
					t.Errorf("response_mode=%s: works is %v", mode, works)
				}
			}
			for _, method := range []string{"S256", "plain"} {
				if works := answers("code_challenge", challenge(verifier), "code_challenge_method", method); works != listed("code_challenge_methods_supported", method) {
					t.Errorf("code_challenge_method=%s: works is %v", method, works)
				}
			}
			for _, prompt := range []string{"none", "login", "consent", "select_account", "create"} {
				r := a.Authorize(request("every", "prompt", prompt))
				works := r.Form != nil || r.Answer != nil && r.Answer.Params["error"] == ""
				if works != listed("prompt_values_supported", prompt) {
					t.Errorf("prompt=%s: works is %v", prompt, works)
				}
			}
			for _, scope := range []string{"openid", "profile", "email", "address", "phone", "offline_access", "groups"} {
				r := a.Exchange(granted(t, a.Authorize(quiet("every", "scope", "openid "+scope)))["code"], verifier)
				works := slices.Contains(strings.Fields(r.Text("scope")), scope)
				if works != listed("scopes_supported", scope) {
					t.Errorf("scope %s: works is %v", scope, works)
				}
				if refresh := r.Text("refresh_token") != ""; refresh != (works && scope == "offline_access") {
					t.Errorf("scope %s: a refresh token is %v", scope, refresh)
				}
			}
			for _, grant := range []string{"authorization_code", "refresh_token", "password", "client_credentials", "urn:ietf:params:oauth:grant-type:device_code"} {
				r := a.Fetch(http.MethodPost, "oauth/token", url.Values{"grant_type": {grant}, "client_id": {"every"}})
				refused := r.Text("error") == "unsupported_grant_type" || r.Text("error") == "unauthorized_client"
				if refused == listed("grant_types_supported", grant) {
					t.Errorf("grant_type=%s: %s", grant, r.Body)
				}
			}
			for _, method := range []string{"none", "client_secret_basic", "client_secret_post"} {
				form := url.Values{"grant_type": {"authorization_code"}, "code": {"x"}, "redirect_uri": {every.RedirectURIs[0]}, "client_id": {"every"}}
				header := []string{}
				switch method {
				case "client_secret_basic":
					form.Del("client_id")
					header = []string{"Authorization", "Basic ZXZlcnk6c2VjcmV0"}
				case "client_secret_post":
					form.Set("client_secret", "secret")
				}
				r := a.Fetch(http.MethodPost, "oauth/token", form, header...)
				if works := r.Text("error") == "invalid_grant"; works != listed("token_endpoint_auth_methods_supported", method) {
					t.Errorf("%s: %d %s", method, r.Status, r.Body)
				}
			}
		})
	}
}

// TestDiscoveryOfAlgorithms: each algorithm of ID tokens has a key that is
// published, and no key is for another.
func TestDiscoveryOfAlgorithms(t *testing.T) {
	a := browser(t, node(t, embedded(t), nil))
	var algs []string
	for _, key := range a.Get(".well-known/jwks.json").JSON()["keys"].([]any) {
		algs = append(algs, key.(map[string]any)["alg"].(string))
	}
	lists(t, a.Get(".well-known/openid-configuration").JSON(), "id_token_signing_alg_values_supported", algs...)
}
