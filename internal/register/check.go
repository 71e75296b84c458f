package register

import (
	"encoding/json"
	"math"
	"net/url"
	"slices"
	"strings"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/egress"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/token"
	"github.com/hush-sso/hush/web/page"
)

// Caps on what a stranger may have kept, in bytes and pieces.
const (
	maxMetadata = 32 << 10
	maxText     = 200
	maxURI      = 2000
	maxList     = 50
)

// beyond are members that mean something which is not done here. To ignore them
// would let an app believe that it is.
var beyond = map[string]string{
	"id_token_encrypted_response_alg":            "tokens are signed, not encrypted",
	"id_token_encrypted_response_enc":            "tokens are signed, not encrypted",
	"userinfo_encrypted_response_alg":            "answers are signed, not encrypted",
	"userinfo_encrypted_response_enc":            "answers are signed, not encrypted",
	"authorization_encrypted_response_alg":       "answers are signed, not encrypted",
	"authorization_encrypted_response_enc":       "answers are signed, not encrypted",
	"request_object_encryption_alg":              "request objects are signed, not encrypted",
	"request_object_encryption_enc":              "request objects are signed, not encrypted",
	"introspection_signed_response_alg":          "introspection answers in JSON",
	"introspection_encrypted_response_alg":       "introspection answers in JSON",
	"introspection_encrypted_response_enc":       "introspection answers in JSON",
	"tls_client_auth_subject_dn":                 "clients do not authenticate by certificate",
	"tls_client_auth_san_dns":                    "clients do not authenticate by certificate",
	"tls_client_auth_san_uri":                    "clients do not authenticate by certificate",
	"tls_client_auth_san_ip":                     "clients do not authenticate by certificate",
	"tls_client_auth_san_email":                  "clients do not authenticate by certificate",
	"tls_client_certificate_bound_access_tokens": "tokens are bound by DPoP, not by certificate",
	"authorization_details_types":                "authorization_details is not known here",
}

// refuse looks for members that cannot be honoured.
func refuse(members map[string]json.RawMessage) error {
	if _, there := members["software_statement"]; there {
		// Nobody's statements are trusted here (RFC 7591 section 3.2.2).
		return oauth.Errorf(oauth.UnapprovedSoftwareStatement, "software_statement: no issuer of statements is trusted here; send the metadata themselves.")
	}
	for name, why := range beyond {
		if value, there := members[name]; there && !slices.Contains([]string{"false", `""`, "[]"}, string(value)) {
			return invalid("%s: %s", name, why)
		}
	}
	return nil
}

// check judges the metadata beyond what client.New looks at, by what the
// operator allows.
func (m *Metadata) check(allowed Allowed) error {
	for _, step := range []func() error{m.checkSizes, m.checkNames, m.checkRedirects, m.checkPages, m.checkChoices} {
		if err := step(); err != nil {
			return err
		}
	}
	if m.SubjectType == client.SubjectPairwise && !allowed.Pairwise {
		return invalid("subject_type: pairwise is not switched on here")
	}
	return m.checkImplicit(allowed.Implicit)
}

func (m *Metadata) checkSizes() error {
	for name, list := range map[string][]string{
		"redirect_uris": m.RedirectURIs, "post_logout_redirect_uris": m.PostLogoutRedirectURIs, "response_types": m.ResponseTypes,
		"grant_types": m.GrantTypes, "contacts": m.Contacts, "request_uris": m.RequestURIs, "default_acr_values": m.DefaultACRValues,
	} {
		if len(list) > maxList {
			return invalid("%s must not have more than %d entries", name, maxList)
		}
		if slices.ContainsFunc(list, func(s string) bool { return len(s) > maxURI }) {
			return invalid("%s must not have entries of more than %d bytes", name, maxURI)
		}
	}
	for name, text := range map[string]string{
		"client_name": m.ClientName, "software_id": m.SoftwareID, "software_version": m.SoftwareVersion,
		"frontchannel_logout_uri": m.FrontchannelLogoutURI, // stands in a header of the sign-out page
	} {
		if len(text) > maxText {
			return invalid("%s must not be longer than %d bytes", name, maxText)
		}
	}
	return nil
}

// checkNames: what people or operators may read keeps to its place.
func (m *Metadata) checkNames() error {
	texts := append([]string{m.ClientName, m.SoftwareID, m.SoftwareVersion}, m.Contacts...)
	for i, text := range texts {
		if !page.Readable(text) {
			return invalid("%s must not hold control characters, or such as turn the direction of writing",
				[]string{"client_name", "software_id", "software_version", "contacts"}[min(i, 3)])
		}
	}
	if _, err := oauth.ParseScope(m.Scope); err != nil {
		return invalid("scope must be values separated by spaces (RFC 6749 section 3.3)")
	}
	return nil
}

// checkRedirects: the kind of an app decides where answers may go (OpenID
// Connect Dynamic Client Registration 1.0 section 2, application_type).
func (m *Metadata) checkRedirects() error {
	if m.ApplicationType != "web" && m.ApplicationType != "native" {
		return invalid("application_type must be web or native")
	}
	for _, raw := range m.RedirectURIs {
		if why := m.kindFault(raw); why != "" {
			return oauth.Errorf(oauth.InvalidRedirectURI, "redirect_uris: %s.", why)
		}
	}
	for _, raw := range m.PostLogoutRedirectURIs {
		if why := m.kindFault(raw); why != "" {
			return invalid("post_logout_redirect_uris: %s", why)
		}
	}
	return nil
}

func (m *Metadata) kindFault(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "an address cannot be read"
	}
	loopback := client.IsLoopback(u.Hostname())
	switch {
	case m.ApplicationType == "web" && (u.Scheme != "https" || loopback):
		return "an app of application_type web has https addresses that are not on localhost; one on a person's own device is native"
	case m.ApplicationType == "native" && (u.Scheme == "https" || u.Scheme == "http" && !loopback):
		return "an app of application_type native has a scheme of its own, or http on localhost"
	}
	return ""
}

func (m *Metadata) checkPages() error {
	for name, uri := range map[string]string{
		"client_uri": m.ClientURI, "policy_uri": m.PolicyURI, "tos_uri": m.TOSURI, "initiate_login_uri": m.InitiateLoginURI,
	} {
		if uri == "" {
			continue
		}
		if err := client.CheckPage(uri); err != nil {
			return invalid("%s %v", name, err)
		}
		if !strings.HasPrefix(uri, "https:") {
			return invalid("%s must be an https address", name)
		}
	}
	return m.checkFetched()
}

// checkFetched refuses at once what would never be called.
func (m *Metadata) checkFetched() error {
	for name, list := range map[string][]string{
		"logo_uri": {m.LogoURI}, "jwks_uri": {m.JWKSURI}, "sector_identifier_uri": {m.SectorIdentifierURI}, "request_uris": m.RequestURIs,
		"backchannel_logout_uri": {m.BackchannelLogoutURI},
	} {
		for _, uri := range list {
			if uri != "" && (len(uri) > maxURI || egress.Check(uri) != nil) {
				return invalid("%s: an https address that can be fetched is needed", name)
			}
		}
	}
	return nil
}

// checkChoices: the values that are known here.
func (m *Metadata) checkChoices() error {
	for _, c := range []struct {
		name, value string
		known       []string
	}{
		{"token_endpoint_auth_method", m.TokenEndpointAuthMethod, client.AuthMethods},
		{"id_token_signed_response_alg", m.IDTokenSignedResponseAlg, token.Algorithms},
		{"subject_type", m.SubjectType, []string{client.SubjectPublic, client.SubjectPairwise}},
	} {
		if !slices.Contains(c.known, c.value) {
			return invalid("%s must be one of %s", c.name, strings.Join(c.known, ", "))
		}
	}
	for name, alg := range map[string]string{
		"authorization_signed_response_alg": m.AuthorizationSignedResponseAlg, "userinfo_signed_response_alg": m.UserInfoSignedResponseAlg,
	} {
		if alg != "" && !slices.Contains(token.Algorithms, alg) {
			return invalid("%s must be one of %s", name, strings.Join(token.Algorithms, ", "))
		}
	}
	if age := m.DefaultMaxAge; age != nil && (*age < 0 || *age > math.MaxInt32) {
		return invalid("default_max_age must be a number of seconds, zero or more")
	}
	for _, grant := range m.GrantTypes {
		if !slices.Contains(client.GrantTypes, grant) {
			return invalid("grant_types must be one or more of %s", strings.Join(client.GrantTypes, ", "))
		}
	}
	return nil
}

// checkImplicit: an app of a stranger gets tokens at the token endpoint only,
// unless the operator says otherwise (RFC 9700 section 2.1.2).
func (m *Metadata) checkImplicit(allow bool) error {
	if allow {
		return nil
	}
	if slices.Contains(m.GrantTypes, client.GrantImplicit) {
		return invalid("grant_types: implicit is not switched on for apps that register themselves; use authorization_code with PKCE")
	}
	for _, raw := range m.ResponseTypes {
		if t, err := oauth.ParseResponseType(raw); err == nil && t.Implicit() {
			return invalid("response_types: only code is switched on for apps that register themselves")
		}
	}
	return nil
}
