package register

import (
	"cmp"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/oauth"
)

// spec is the app as the configuration file would say it. What only an operator
// may decide has no name in Metadata: first-party, SSO group, lifetimes, origins.
func (m *Metadata) spec() client.Spec {
	return client.Spec{
		Name: cmp.Or(m.ClientName, m.host()), Unverified: true, Confidential: m.confidential(),
		RedirectURIs: m.RedirectURIs, PostLogoutRedirectURIs: m.PostLogoutRedirectURIs,
		GrantTypes: m.GrantTypes, ResponseTypes: m.ResponseTypes,
		TokenAuthMethod: m.TokenEndpointAuthMethod, TokenAuthAlg: m.TokenEndpointAuthSigningAlg, JWKS: string(m.JWKS), JWKSURI: m.JWKSURI,
		SubjectType: m.SubjectType, SectorIdentifierURI: m.SectorIdentifierURI,
		IDTokenAlg: m.IDTokenSignedResponseAlg, UserInfoAlg: m.UserInfoSignedResponseAlg,
		BackchannelLogoutURI: m.BackchannelLogoutURI, FrontchannelLogoutURI: m.FrontchannelLogoutURI,
		ClientURI: m.ClientURI, PolicyURI: m.PolicyURI, TOSURI: m.TOSURI,
		Scopes:    m.scopes(),
		AnswerAlg: m.AuthorizationSignedResponseAlg, RequestObjectAlg: m.RequestObjectSigningAlg, RequestURIs: m.RequestURIs,
		RequireSignedRequest: m.RequireSignedRequestObject, RequirePushedRequest: m.RequirePushedAuthorizationRequests,
		DPoPBound: m.DPoPBoundAccessTokens, DefaultMaxAge: m.maxAge(), DefaultACRValues: m.DefaultACRValues,
	}
}

func (m *Metadata) maxAge() *time.Duration {
	if m.DefaultMaxAge == nil {
		return nil
	}
	d := time.Duration(*m.DefaultMaxAge) * time.Second
	return &d
}

// scopes is nil where the app names none: then it may ask for any.
func (m *Metadata) scopes() []string {
	if m.Scope == "" {
		return nil
	}
	return strings.Fields(m.Scope)
}

func (m *Metadata) confidential() bool { return m.TokenEndpointAuthMethod != client.AuthNone }

// needsSecret tells whether the app authenticates by a secret of ours.
func (m *Metadata) needsSecret() bool {
	return strings.HasPrefix(m.TokenEndpointAuthMethod, "client_secret_")
}

// host is what an app without a name is called.
func (m *Metadata) host() string {
	if len(m.RedirectURIs) == 0 {
		return ""
	}
	u, err := url.Parse(m.RedirectURIs[0])
	if err != nil {
		return ""
	}
	return cmp.Or(u.Host, u.Scheme)
}

// refusal puts the words of the client registry into those of RFC 7591.
func refusal(err error) error {
	if inner := errors.Unwrap(err); inner != nil {
		err = inner // without the id
	}
	text := err.Error() + "."
	if strings.HasPrefix(text, "redirect_uris") {
		return &oauth.Error{Code: oauth.InvalidRedirectURI, Description: text}
	}
	return &oauth.Error{Code: oauth.InvalidClientMetadata, Description: text}
}
