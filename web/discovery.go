package web

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/clientauth"
	"github.com/hush-sso/hush/internal/jose"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/token"
	"github.com/hush-sso/hush/silent"
)

// offer is what the discovery document is made from: the provider, and every app
// that may use it.
type offer struct {
	*Server
	apps []*client.Client
}

// members are those of the document (OpenID Connect Discovery 1.0 section 3, RFC
// 8414 section 2). One that is empty is left out; what no app may do is not
// there to be done.
func (o *offer) members() map[string]any {
	scopes := o.scopes()
	methods := o.used((*client.Client).AuthenticatesBy, client.AuthMethods)
	algs := o.used(assertsWith, clientauth.Algorithms)
	return map[string]any{
		"issuer":                 o.Issuer,
		"authorization_endpoint": o.url(authorizePath),
		"token_endpoint":         o.url(tokenPath),
		"userinfo_endpoint":      o.url(userinfoPath),
		"end_session_endpoint":   o.url(endSessionPath),
		"check_session_iframe":   o.checkSessionIframe(),
		"jwks_uri":               o.url(jwksPath),
		"registration_endpoint":  o.registrationEndpoint(),

		"response_types_supported":              o.responseTypes(),
		"grant_types_supported":                 o.used((*client.Client).HasGrant, client.GrantTypes),
		"subject_types_supported":               o.used(hasSubjects, []string{client.SubjectPublic, client.SubjectPairwise}),
		"id_token_signing_alg_values_supported": token.Algorithms,
		"userinfo_signing_alg_values_supported": o.used(signsUserInfo, token.Algorithms),
		"code_challenge_methods_supported":      []string{"S256"},
		"dpop_signing_alg_values_supported":     jose.Algorithms,
		"prompt_values_supported":               []string{"none", "login", "consent", "select_account"},
		"ui_locales_supported":                  o.Brand.Speaks(),

		"token_endpoint_auth_methods_supported":            methods,
		"token_endpoint_auth_signing_alg_values_supported": algs,

		"scopes_supported": scopes,
		"claims_supported": append([]string{"sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "sid", "acr", "amr"},
			token.ClaimsOf(scopes)...),

		// RFC 7009 and RFC 7662, as RFC 8414 section 2 has them.
		"revocation_endpoint":                                      o.url(revokePath),
		"revocation_endpoint_auth_methods_supported":               methods,
		"revocation_endpoint_auth_signing_alg_values_supported":    algs,
		"introspection_endpoint":                                   o.introspectionEndpoint(),
		"introspection_endpoint_auth_methods_supported":            o.askingMethods(methods),
		"introspection_endpoint_auth_signing_alg_values_supported": algs,

		"authorization_response_iss_parameter_supported": true,

		// Section 2.1 of OpenID Connect Back-Channel Logout 1.0 and section 3 of
		// Front-Channel Logout 1.0: any app may ask for both.
		"backchannel_logout_supported":          true,
		"backchannel_logout_session_supported":  true,
		"frontchannel_logout_supported":         true,
		"frontchannel_logout_session_supported": true,
	}
}

// introspectionEndpoint is "" where nobody may ask.
func (o *offer) introspectionEndpoint() string {
	if o.some(func(c *client.Client) bool { return c.Confidential }) || o.Clients().AnyAPI((*client.API).MayAsk) {
		return o.url(introspectPath)
	}
	return ""
}

// askingMethods are those of apps with a secret, and the one that an API with a
// secret uses.
func (o *offer) askingMethods(methods []string) []string {
	methods = slices.DeleteFunc(slices.Clone(methods), func(method string) bool { return method == client.AuthNone })
	if !slices.Contains(methods, client.AuthBasic) && o.Clients().AnyAPI((*client.API).MayAsk) {
		methods = append(methods, client.AuthBasic)
	}
	return methods
}

// checkSessionIframe is "" where no app has pages that could use it.
func (o *offer) checkSessionIframe() string {
	if !o.some(func(c *client.Client) bool { return len(c.WebOrigins) > 0 }) {
		return ""
	}
	return o.url(checkPath)
}

// registrationEndpoint is "" where apps do not register themselves.
func (o *offer) registrationEndpoint() string {
	if o.Register == nil {
		return ""
	}
	return o.url(registerPath)
}

// used returns those of all that any app uses.
func (o *offer) used(uses func(*client.Client, string) bool, all []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(one string) bool {
		return !o.some(func(c *client.Client) bool { return uses(c, one) })
	})
}

// some tells whether it is true of any app.
func (o *offer) some(is func(*client.Client) bool) bool { return slices.ContainsFunc(o.apps, is) }

// scopes are those of OpenID Connect; offline_access where any app may refresh.
func (o *offer) scopes() []string {
	refreshes := o.some(func(c *client.Client) bool { return c.HasGrant(client.GrantRefresh) })
	return slices.DeleteFunc(slices.Clone(oauth.IdentityScopes), func(scope string) bool {
		return scope == oauth.ScopeOfflineAccess && !refreshes
	})
}

// responseTypes are those that any app may ask for.
func (o *offer) responseTypes() []string {
	var list []string
	for _, t := range oauth.ResponseTypes {
		if o.some(func(c *client.Client) bool { return c.AllowsResponseType(t) }) {
			list = append(list, t.String())
		}
	}
	return list
}

// assertsWith tells whether an app may authenticate with a JWT of this algorithm.
func assertsWith(c *client.Client, alg string) bool {
	return (c.TokenAuthAlg == "" || c.TokenAuthAlg == alg) && c.AuthenticatesBy(clientauth.MethodOf(alg))
}

func signsUserInfo(c *client.Client, alg string) bool { return c.UserInfoAlg == alg }

func hasSubjects(c *client.Client, kind string) bool { return c.SubjectType == kind }

// describe makes the document, once for each generation.
func (s *Server) describe() []byte {
	o := &offer{Server: s, apps: s.Clients().All()}
	if s.Register != nil {
		o.apps = append(o.apps, s.Register.Kinds()...)
	}
	members := o.members()
	maps.Copy(members, o.requestMembers())
	for name, value := range members {
		if list, ok := value.([]string); ok && len(list) == 0 || value == "" {
			delete(members, name)
		}
	}
	doc, err := json.Marshal(members)
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

// jwks is the key set. Who has it already is told so, cheaply: many ask often.
func (s *Server) jwks(w http.ResponseWriter, r *http.Request) error {
	keys, tag := s.Keys.Published()
	if keys == nil {
		return silent.Unavailable(token.ErrNotReady)
	}
	h := w.Header()
	h.Set("Cache-Control", publicCache)
	h.Set("ETag", tag)
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Type", "application/json")
	w.Write(keys) // the client is gone if this fails
	return nil
}
