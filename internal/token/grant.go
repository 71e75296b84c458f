package token

import (
	"cmp"
	"crypto/rand"
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/session"
)

// Grant is everything that an authorization decided: what codes and refresh
// tokens seal and what tokens are minted from. What a token gives is derived
// from Needs, so that nothing leaves which the session need not hold.
type Grant struct {
	Key         session.Key
	JTI         string // of the code and of the grant: NewJTI
	ClientID    string
	RedirectURI string       // where the code was sent; [ForOrigin] of one that a browser handed to a page
	Scopes      []string     // granted scopes of OpenID Connect and of the APIs, as asked, in order
	Needs       oauth.Grants // what the client must hold in the session; APIs in the order asked
	Nonce       string
	Challenge   string // PKCE S256 code_challenge; "": none
	Claims      string // the claims parameter (OpenID Connect Core 1.0 section 5.5), compact JSON; "": none
	JKT         string // thumbprint of the DPoP key that holds code and tokens (RFC 9449 section 6); "": any bearer

	SID      string
	UserID   string // in the directory
	Sub      string // the user as this client knows them; "": UserID
	ACR      string
	AMR      []string
	AuthTime time.Time // to the millisecond in a code, to the second in a token
	IssuedAt time.Time // to the millisecond in a code

	Effects *Effects // of rules; nil: none

	// TopLevel: the code was gotten in a window of its own. In a frame everybody can
	// have one asked for who can show the app's page. Refresh tokens do not tell.
	TopLevel bool
}

// Subject is the sub claim.
func (g *Grant) Subject() string { return cmp.Or(g.Sub, g.UserID) }

// Audiences are those of the APIs that were granted, in the order asked; none
// means tokens for the userinfo endpoint only.
func (g *Grant) Audiences() []string {
	var list []string
	for audience, scope := range g.Needs.All() {
		if audience != "" && scope == "" {
			list = append(list, audience)
		}
	}
	return list
}

// ScopesOf are the scopes that a token for the API carries, those of OpenID
// Connect among them; nil is the userinfo endpoint.
func (g *Grant) ScopesOf(api *client.API) []string {
	list := make([]string, 0, len(g.Scopes))
	for _, scope := range g.Scopes {
		if g.Needs.Has("", scope) || api != nil && g.Needs.Has(api.Audience, scope) {
			list = append(list, scope)
		}
	}
	return list
}

// AccessScopes are those of ScopesOf that an access token may have.
func (g *Grant) AccessScopes(api *client.API) []string {
	return slices.DeleteFunc(g.ScopesOf(api), func(scope string) bool { return !g.Effects.allows(scope) })
}

// AccessScope is the scope of an access token for the API; nil is the userinfo
// endpoint.
func (g *Grant) AccessScope(api *client.API) string { return strings.Join(g.AccessScopes(api), " ") }

// Offline tells whether refresh tokens were granted (OpenID Connect Core 1.0
// section 11).
func (g *Grant) Offline() bool { return g.Needs.Has("", oauth.ScopeOfflineAccess) }

// User is a user as the directory knows them. Only Claims leave by themselves.
type User struct {
	ID       string
	Username string
	Claims   map[string]any // claims of OpenID Connect Core 1.0 section 5.1

	AppMetadata, UserMetadata map[string]any
}

// NewJTI returns a new id for a grant or a token: 128 random bits in base64url.
func NewJTI() string {
	var b [16]byte
	rand.Read(b[:])
	var text [22]byte
	base64.RawURLEncoding.Encode(text[:], b[:])
	return string(text[:])
}
