package client

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hush-sso/hush/internal/oauth"
)

// API is a resource server as it is registered: what access tokens are for.
type API struct {
	Audience            string            // the aud of its access tokens, required
	Name                string            // shown on the consent page; default: Audience
	Scopes              map[string]string // scope -> what it permits, in plain words
	AccessTokenLifetime time.Duration     // default: the server's
	// BrowserTokenLifetime is the lifetime of access tokens that the
	// authorization endpoint itself hands out. Default: the server's.
	BrowserTokenLifetime time.Duration
	SigningAlg           string // RS256 (default), ES256 or EdDSA
	// SkipConsentForFirstParty lets first-party apps use every scope unasked.
	SkipConsentForFirstParty bool
	// SecretHash is "sha256:" and the hex SHA-256 of the random secret with which
	// the API asks about tokens (RFC 7662). Default: it cannot.
	SecretHash string
	// AccessTokenClaims are claims of its access tokens from the user's record:
	// claim -> path, see ParseClaimPath.
	AccessTokenClaims map[string]string

	secret []byte
	claims []Claim
}

// SigningAlgs are the algorithms with which the provider signs for an app or an
// API (RFC 7518 section 3.1, RFC 8037), the default first.
var SigningAlgs = []string{"RS256", "ES256", "EdDSA"}

func checkAlg(field, alg string) error {
	if !slices.Contains(SigningAlgs, alg) {
		return fmt.Errorf("%s: %q must be one of %s", field, alg, strings.Join(SigningAlgs, ", "))
	}
	return nil
}

func (a *API) check() error {
	if a.Name == "" {
		a.Name = a.Audience
	}
	if a.SigningAlg == "" {
		a.SigningAlg = SigningAlgs[0]
	}
	if a.Audience == "" || len(a.Audience) > 500 || strings.ContainsFunc(a.Audience, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return fmt.Errorf("audience must be 1 to 500 printable ASCII characters without spaces, usually a URL")
	}
	for scope := range a.Scopes {
		if !oauth.ValidScope(scope) {
			return fmt.Errorf("scopes: %q is not a scope (RFC 6749 section 3.3)", scope)
		}
	}
	if a.SecretHash != "" {
		var err error
		if a.secret, err = parseHash(a.SecretHash); err != nil {
			return err
		}
	}
	if err := a.parseClaims(); err != nil {
		return err
	}
	return checkAlg("signing_alg", a.SigningAlg)
}

// MayAsk tells whether the API has a secret to ask with.
func (a *API) MayAsk() bool { return a.secret != nil }

// CheckSecret compares a presented secret in constant time.
func (a *API) CheckSecret(presented string) bool { return matches(a.secret, presented) }

// HasScope tells whether the API defines the scope.
func (a *API) HasScope(scope string) bool {
	_, ok := a.Scopes[scope]
	return ok
}

// Set is one consistent set of apps and APIs. It never changes, so a request
// that holds one sees no reload half done.
type Set struct {
	clients map[string]*Client
	apis    map[string]*API
	origins map[string]bool // the web origins of every app
	logos   map[string]*Logo
	guest   *Client // of With; nil for none
}

// NewSet checks and joins apps and APIs; ids and audiences must be unique.
func NewSet(clients []Spec, apis []API) (*Set, error) {
	s := &Set{clients: make(map[string]*Client), apis: make(map[string]*API), origins: make(map[string]bool), logos: make(map[string]*Logo)}
	for _, spec := range clients {
		c, err := New(spec)
		if err != nil {
			return nil, err
		}
		if s.clients[c.ID] != nil {
			return nil, fmt.Errorf("client %q is registered twice", c.ID)
		}
		s.clients[c.ID] = c
		for _, origin := range c.WebOrigins {
			s.origins[origin] = true
		}
		if c.Logo != nil {
			s.logos[c.Logo.Name] = c.Logo
		}
	}
	for _, a := range apis {
		if err := a.check(); err != nil {
			return nil, fmt.Errorf("api %q: %w", a.Audience, err)
		}
		if s.apis[a.Audience] != nil {
			return nil, fmt.Errorf("api %q is registered twice", a.Audience)
		}
		s.apis[a.Audience] = &a
	}
	return s, nil
}

// Client returns the app with this client_id, or nil.
func (s *Set) Client(id string) *Client {
	if s.guest != nil && s.guest.ID == id {
		return s.guest
	}
	return s.clients[id]
}

// With returns the set with one more app in it, which registered itself. It
// takes no other's place.
func (s *Set) With(c *Client) *Set {
	if s.Client(c.ID) != nil {
		return s
	}
	more := *s
	more.guest = c
	return &more
}

// All returns every app, in the order of their ids.
func (s *Set) All() []*Client {
	return slices.SortedFunc(maps.Values(s.clients), func(a, b *Client) int { return strings.Compare(a.ID, b.ID) })
}

// AnyAPI tells whether it is true of an API.
func (s *Set) AnyAPI(is func(*API) bool) bool {
	for _, a := range s.apis {
		if is(a) {
			return true
		}
	}
	return false
}

// API returns the resource server with this audience, or nil.
func (s *Set) API(audience string) *API { return s.apis[audience] }

// Logo returns the picture with this file name, or nil.
func (s *Set) Logo(name string) *Logo { return s.logos[name] }

// AllowsOrigin tells whether any app registered the web origin; for endpoints
// that are called before it is known which app calls.
func (s *Set) AllowsOrigin(origin string) bool {
	return s.origins[origin] || s.guest != nil && s.guest.AllowsOrigin(origin)
}
