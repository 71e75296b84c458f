package web_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
)

// described is the discovery document of a provider with these apps only.
func described(t *testing.T, apps ...client.Spec) map[string]any {
	t.Helper()
	p := node(t, embedded(t), func(o *provider.Options) { o.Clients = apps })
	return browser(t, p).Get(".well-known/openid-configuration").JSON()
}

// lists checks a member that is a list, in any order; no values: it is left out.
func lists(t *testing.T, doc map[string]any, name string, want ...string) {
	t.Helper()
	var got []string
	values, _ := doc[name].([]any)
	for _, v := range values {
		got = append(got, v.(string))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s is %q, want %q", name, got, want)
	}
	if _, there := doc[name]; there != (len(want) > 0) {
		t.Errorf("%s is %v", name, doc[name])
	}
}

// TestDiscoveryOfWhatIsOn: the document says what some app may do, and is another
// with other apps.
func TestDiscoveryOfWhatIsOn(t *testing.T) {
	app := client.Spec{ID: "app", RedirectURIs: []string{"https://app.test/cb"}}
	doc := described(t, app)
	lists(t, doc, "response_types_supported", "code")
	lists(t, doc, "grant_types_supported", "authorization_code")
	lists(t, doc, "token_endpoint_auth_methods_supported", "none")

	var vault client.Spec
	for _, c := range clients() {
		if c.ID == "vault" {
			vault = c
		}
	}
	doc = described(t, app, vault)
	lists(t, doc, "token_endpoint_auth_methods_supported", "none", "client_secret_basic", "client_secret_post")
	vault.TokenAuthMethod = "client_secret_post"
	doc = described(t, vault)
	lists(t, doc, "token_endpoint_auth_methods_supported", "client_secret_post")
	lists(t, doc, "token_endpoint_auth_signing_alg_values_supported")

	vault.TokenAuthMethod, vault.JWKSURI = "", "https://app.test/jwks"
	doc = described(t, vault)
	lists(t, doc, "token_endpoint_auth_methods_supported", "client_secret_basic", "client_secret_post", "private_key_jwt")
	lists(t, doc, "token_endpoint_auth_signing_alg_values_supported", "RS256", "PS256", "ES256", "EdDSA")
	vault.TokenAuthMethod, vault.TokenAuthAlg, vault.SecretHash = "private_key_jwt", "ES256", ""
	doc = described(t, vault)
	lists(t, doc, "token_endpoint_auth_methods_supported", "private_key_jwt")
	lists(t, doc, "token_endpoint_auth_signing_alg_values_supported", "ES256")
	vault.TokenAuthMethod, vault.TokenAuthAlg, vault.JWKSURI, vault.Secret = "client_secret_jwt", "", "", strings.Repeat("secret", 6)
	doc = described(t, vault)
	lists(t, doc, "token_endpoint_auth_methods_supported", "client_secret_jwt")
	lists(t, doc, "token_endpoint_auth_signing_alg_values_supported", "HS256")

	app.GrantTypes, app.ResponseTypes = []string{"implicit"}, []string{"token id_token"}
	doc = described(t, app)
	lists(t, doc, "response_types_supported", "id_token token")
	lists(t, doc, "grant_types_supported", "implicit")
}

// TestDiscoveryAddresses: one document, wherever a library looks for it, for an
// issuer with a path too.
func TestDiscoveryAddresses(t *testing.T) {
	for issuer, paths := range map[string][]string{
		"https://login.hush.test/": {"/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"},
		"https://login.hush.test/a/tenant/": {
			"/a/tenant/.well-known/openid-configuration", "/a/tenant/.well-known/oauth-authorization-server",
			"/.well-known/oauth-authorization-server/a/tenant", "/.well-known/openid-configuration/a/tenant",
		},
	} {
		p := node(t, embedded(t), func(o *provider.Options) { o.Issuer = issuer })
		a := hushtest.NewAgent(t, "https://login.hush.test/", hushtest.Direct(p.Public))
		for _, path := range paths {
			origin := "https://app.every.test"
			r := a.Fetch(http.MethodGet, path[1:], nil, "Origin", origin)
			if r.Text("issuer") != issuer || r.Header.Get("Content-Type") != "application/json" || r.Header.Get("Access-Control-Allow-Origin") != origin {
				t.Errorf("%s: %d %v %s", path, r.Status, r.Header, r.Body)
			}
		}
		for _, path := range []string{".well-known/oauth-authorization-server/other", ".well-known/openid-configuration/a", "x/.well-known/openid-configuration"} {
			if r := a.Get(path); r.Status != http.StatusNotFound {
				t.Errorf("%s under %s: %d", path, issuer, r.Status)
			}
		}
	}
}

// TestDiscoveryEndpoints: each endpoint that is named answers, as what it is.
func TestDiscoveryEndpoints(t *testing.T) {
	a := browser(t, node(t, embedded(t), nil))
	doc := a.Get(".well-known/openid-configuration").JSON()
	found := 0
	for name, value := range doc {
		address, ok := value.(string)
		if !ok || !strings.HasSuffix(name, "_endpoint") && name != "jwks_uri" {
			continue
		}
		found++
		path, ok := strings.CutPrefix(address, issuer)
		if !ok {
			t.Errorf("%s is %s, not under the issuer", name, address)
			continue
		}
		if r := a.Get(path); r.Status == http.StatusNotFound {
			t.Errorf("%s: nothing is served at %s", name, address)
		}
	}
	if found < 5 {
		t.Errorf("there are %d endpoints only", found)
	}
}
