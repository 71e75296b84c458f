package client

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hush-sso/hush/internal/jose"
	"github.com/hush-sso/hush/internal/oauth"
)

// DefaultGroup is the SSO group of apps that name none.
const DefaultGroup = "default"

// Spec is an app as it is registered. The zero value of an optional field is
// its default.
type Spec struct {
	ID           string   // client_id, required
	Name         string   // shown on the sign-in and consent pages; default: ID
	Confidential bool     // has a secret; default: a public client
	FirstParty   bool     // the operator's own app: consent may be skipped for APIs that allow it
	RedirectURIs []string // matched byte for byte, at least one
	// WebOrigins may frame silent answers and call the token endpoint with
	// CORS. Default: the origins of RedirectURIs.
	WebOrigins             []string
	PostLogoutRedirectURIs []string // matched byte for byte

	GrantTypes    []string // default: authorization_code; "implicit" switches the implicit grant on
	ResponseTypes []string // default: code; words in any order

	// Scopes are those that it may be granted, others are dropped. nil: any.
	Scopes []string

	// RequirePKCE says whether a code needs a code_challenge. nil: public
	// clients do (RFC 9700 section 2.1.1), confidential ones do not.
	RequirePKCE *bool

	IDTokenAlg      string        // RS256 (default), ES256 or EdDSA
	UserInfoAlg     string        // of signed userinfo answers, likewise; "": plain JSON
	IDTokenLifetime time.Duration // default: the server's
	// IDTokenClaims are claims of its ID tokens, and of the userinfo endpoint, from the
	// user's record: claim -> path, see ParseClaimPath.
	IDTokenClaims map[string]string
	// AnswerAlg signs the answers of the response modes of JARM
	// (authorization_signed_response_alg): RS256 (default), ES256 or EdDSA.
	AnswerAlg string
	// SecretHash is "sha256:" and the hex SHA-256 of the client secret, which
	// must be random (not a password). A confidential client has this, Secret or
	// keys.
	SecretHash string
	// Secret is the secret itself, 32 bytes or more, in place of SecretHash:
	// what client_secret_jwt is signed with. For that method only.
	Secret string
	// JWKS is a JWK Set, as JSON, of the client's public keys, and JWKSURI the
	// address of one; one of them at most (RFC 7591 section 2).
	JWKS, JWKSURI string
	// TokenAuthMethod is the one way in which the client may authenticate, one
	// of the AuthMethods (OpenID Connect Core 1.0 section 9). "": any that its
	// type, its secret and its keys allow, but client_secret_jwt.
	TokenAuthMethod string
	// TokenAuthAlg is the one algorithm of the JWT that it authenticates with.
	// "": any that fits.
	TokenAuthAlg string

	// Metadata is what rules are told of the app. Default: nothing.
	Metadata map[string]string

	// Unverified marks an app that registered itself: people are told so.
	Unverified bool
	// What people are told about the app: absolute https addresses of its own
	// pages ("" for none) and its picture, on the consent page.
	ClientURI, PolicyURI, TOSURI string
	Logo                         *Logo

	// DPoPBound refuses the app tokens without a DPoP proof (RFC 9449 section
	// 5.2). Other apps may bring one.
	DPoPBound bool
	// SubjectType is public (default) or pairwise: the app then knows users by a
	// sub that it shares only with apps of its sector, the host of
	// SectorIdentifierURI. Default of that: the one host of RedirectURIs.
	SubjectType         string
	SectorIdentifierURI string

	// How the app asks for authorization. RequestObjectAlg is the one algorithm
	// of its request objects (request_object_signing_alg); "": any of
	// jose.Algorithms. RequireSignedRequest and RequirePushedRequest refuse
	// every other way (RFC 9101 section 10.5, RFC 9126 section 5).
	RequestObjectAlg     string
	RequireSignedRequest bool
	RequirePushedRequest bool
	RequestURIs          []string // https addresses of request objects, matched byte for byte

	// What holds for a request that does not say (OpenID Connect Dynamic
	// Registration 1.0 section 2). DefaultMaxAge is nil for none.
	DefaultMaxAge    *time.Duration
	DefaultACRValues []string
	// Multifactor: the user must have signed in with a second factor.
	Multifactor bool
	// MinimumACR is the acr that the user must have signed in for at least,
	// whatever a request says; "": any.
	MinimumACR string

	RefreshTokenLifetime time.Duration // from a code to its last refresh; default: the server's
	// RefreshTokenOutlivesSession lets refresh tokens live on when the session
	// runs out or is signed out of. Default: they end with it.
	RefreshTokenOutlivesSession bool

	// How the app is told that a session ended in which it took part: by a POST
	// to the first, which may lead anywhere, and in a hidden frame of the
	// browser's sign-out page by the second, on an origin of RedirectURIs. "": not.
	BackchannelLogoutURI, FrontchannelLogoutURI string

	// NoFedCM keeps the app from getting tokens by the browser's own dialog (FedCM).
	// Default: it can, from its web origins.
	NoFedCM bool

	SSOGroup string // clients of one group share a session; default "default"
	// RenewalIsActivity says whether a silent renewal counts as activity that
	// keeps the session from idling out. nil: the server's default.
	RenewalIsActivity *bool
	// NoRenewalCookie: nothing is planted in frames of its pages. Default: where
	// the server plants, it is.
	NoRenewalCookie bool
}

// Client is a registered app that can work. Its methods are safe for
// concurrent use; nothing in it changes.
type Client struct {
	Spec
	redirects     []RedirectURI
	postLogout    []RedirectURI
	responseTypes []oauth.ResponseType
	secret        []byte
	keys          jose.KeySet
	sector        string
	claims        []Claim
}

// New checks a registration and returns the client, or what is wrong with it
// in words that name the field.
func New(s Spec) (*Client, error) {
	c := &Client{Spec: s}
	c.defaults()
	for _, step := range []func() error{
		c.checkID, c.parseURIs, c.parseOrigins, c.parseResponseTypes, c.checkAlg, c.parseKeys, c.parseSecret, c.checkAuthMethod,
		c.checkPages, c.checkRequests, c.checkSubject, c.checkChannels, c.parseClaims,
	} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("client %q: %w", s.ID, err)
		}
	}
	return c, nil
}

func (c *Client) defaults() {
	if c.Name == "" {
		c.Name = c.ID
	}
	if len(c.GrantTypes) == 0 {
		c.GrantTypes = []string{GrantCode}
	}
	if len(c.ResponseTypes) == 0 {
		c.ResponseTypes = []string{"code"}
	}
	if c.IDTokenAlg == "" {
		c.IDTokenAlg = SigningAlgs[0]
	}
	if c.AnswerAlg == "" {
		c.AnswerAlg = SigningAlgs[0]
	}
	if c.SSOGroup == "" {
		c.SSOGroup = DefaultGroup
	}
}

func (c *Client) checkID() error {
	if !isName(c.ID) {
		return fmt.Errorf("id must be 1 to 200 printable ASCII characters without spaces")
	}
	if !isName(c.SSOGroup) {
		return fmt.Errorf("sso_group must be 1 to 200 printable ASCII characters without spaces")
	}
	return nil
}

func isName(s string) bool {
	return s != "" && len(s) <= 200 && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

func (c *Client) parseURIs() error {
	if len(c.RedirectURIs) == 0 {
		return fmt.Errorf("redirect_uris must name at least one address")
	}
	for _, raw := range c.RedirectURIs {
		u, err := parseRedirect(raw)
		if err != nil {
			return fmt.Errorf("redirect_uris: %q %w", raw, err)
		}
		c.redirects = append(c.redirects, u)
	}
	for _, raw := range c.PostLogoutRedirectURIs {
		u, err := parseRedirect(raw)
		if err != nil {
			return fmt.Errorf("post_logout_redirect_uris: %q %w", raw, err)
		}
		c.postLogout = append(c.postLogout, u)
	}
	return nil
}

func (c *Client) parseOrigins() error {
	for _, raw := range c.WebOrigins {
		if _, err := ParseOrigin(raw); err != nil {
			return fmt.Errorf("web_origins: %q %w", raw, err)
		}
	}
	if c.WebOrigins != nil {
		return nil
	}
	for _, u := range c.redirects {
		if u.origin != "" && !slices.Contains(c.WebOrigins, u.origin) {
			c.WebOrigins = append(c.WebOrigins, u.origin)
		}
	}
	return nil
}

func (c *Client) parseResponseTypes() error {
	for _, raw := range c.ResponseTypes {
		t, err := oauth.ParseResponseType(raw)
		if err != nil {
			return fmt.Errorf("response_types: %q is not a response type", raw)
		}
		if t.Implicit() && !c.HasGrant(GrantImplicit) {
			return fmt.Errorf("response_types: %q needs grant_types to hold implicit", raw)
		}
		if t.Has(oauth.ResponseCode) && !c.HasGrant(GrantCode) {
			return fmt.Errorf("response_types: %q needs grant_types to hold authorization_code", raw)
		}
		if t.Has(oauth.ResponseToken) && c.DPoPBound {
			return fmt.Errorf("response_types: %q gives tokens that no key holds, against dpop_bound_access_tokens", raw)
		}
		c.responseTypes = append(c.responseTypes, t)
	}
	return nil
}

func (c *Client) checkAlg() error {
	return cmp.Or(checkAlg("id_token_signing_alg", c.IDTokenAlg), checkAlg("authorization_signed_response_alg", c.AnswerAlg),
		checkAlg("userinfo_signed_response_alg", cmp.Or(c.UserInfoAlg, SigningAlgs[0])))
}

// Redirect returns the registered redirect URI that equals raw byte for byte
// (RFC 9700 section 4.1.3).
func (c *Client) Redirect(raw string) (RedirectURI, bool) {
	return match(c.redirects, raw)
}

// PostLogoutRedirect does the same for post-logout redirect URIs.
func (c *Client) PostLogoutRedirect(raw string) (RedirectURI, bool) {
	return match(c.postLogout, raw)
}

func match(list []RedirectURI, raw string) (RedirectURI, bool) {
	for i := range list {
		if list[i].raw == raw {
			return list[i], true
		}
	}
	return RedirectURI{}, false
}

// AllowsOrigin tells whether a page of this web origin belongs to the app.
func (c *Client) AllowsOrigin(origin string) bool {
	return slices.Contains(c.WebOrigins, origin)
}

// AllowsResponseType tells whether the app registered t.
func (c *Client) AllowsResponseType(t oauth.ResponseType) bool {
	return slices.Contains(c.responseTypes, t)
}

// MayHave tells whether the app may be granted a scope.
func (c *Client) MayHave(scope string) bool {
	return c.Scopes == nil || slices.Contains(c.Scopes, scope)
}

// NeedsPKCE tells whether the app gets a code only with a code_challenge.
func (c *Client) NeedsPKCE() bool {
	if c.RequirePKCE != nil {
		return *c.RequirePKCE
	}
	return !c.Confidential
}
