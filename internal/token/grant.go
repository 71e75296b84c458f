package token

import (
	"crypto/rand"
	"encoding/base64"
	"time"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/session"
)

// Grant is everything that an authorization decided: what a code seals and
// what tokens are minted from.
type Grant struct {
	Key         session.Key
	JTI         string // of the code and of the grant: NewJTI
	ClientID    string
	RedirectURI string
	Scopes      []string     // granted scopes of OpenID Connect and of the API, as asked, in order
	Audience    string       // of the API; "": the userinfo endpoint only
	Needs       oauth.Grants // what the client must hold in the session
	Nonce       string
	Challenge   string // PKCE S256 code_challenge; "": none

	SID      string
	UserID   string // the sub claim
	ACR      string
	AMR      []string
	AuthTime time.Time // to the millisecond in a code, to the second in a token
	IssuedAt time.Time // to the millisecond in a code
}

// User is a user as the directory knows them.
type User struct {
	ID     string
	Claims map[string]any // claims of OpenID Connect Core 1.0 section 5.1
}

// NewJTI returns a new id for a grant or a token: 128 random bits in base64url.
func NewJTI() string {
	var b [16]byte
	rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}
