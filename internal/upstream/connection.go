package upstream

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Connection is one other provider, as the operator registered Hush there.
type Connection struct {
	// Name stands in the ids of its users, which are "<name>|<sub>", and in addresses:
	// 1 to 64 of a-z, 0-9 and -.
	Name     string
	Title    string // on its button; default: Name
	Strategy string // what rules are told; default "oidc"
	Issuer   string // byte for byte
	ClientID string
	Secret   string   // "": public, with PKCE alone
	Scopes   []string // beside openid; nil: profile and email
	// Domains are those of e-mail addresses whose owners sign in there, in lower case.
	Domains []string
	// Claims are what its users have here: our claim, and the name of theirs. nil: the
	// standard ones (OpenID Connect Core 1.0 section 5.1).
	Claims map[string]string
	// UserInfo: the claims stand at its userinfo endpoint, not in the ID token.
	UserInfo bool
	// OwnCallback: answers come to an address of this connection alone.
	OwnCallback bool
	// TrustAMR: what it says of how the user signed in counts here.
	TrustAMR bool
	// KnownOnly: only who is linked to a user of the directory may sign in.
	KnownOnly bool
	Hidden    bool // no button
	// MaxSession is how long a session by it lives at most; 0: as long as any.
	MaxSession time.Duration
	// Params are added to each request for authorization.
	Params map[string]string
	// Logout: who signs out here signs out there too, without being asked to by the app.
	Logout bool
}

func (c *Connection) fill() {
	if c.Title == "" {
		c.Title = c.Name
	}
	if c.Strategy == "" {
		c.Strategy = "oidc"
	}
	if c.Scopes == nil {
		c.Scopes = []string{"profile", "email"}
	}
	if !slices.Contains(c.Scopes, "openid") {
		c.Scopes = append([]string{"openid"}, c.Scopes...)
	}
}

// ValidName tells whether text can be the name of a connection.
func ValidName(text string) bool {
	return text != "" && len(text) <= 64 && strings.Trim(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == "" && strings.Trim(text, "-") == text
}

// ours are parameters of a request for authorization that no operator sets.
var ours = []string{
	"client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "code_challenge", "code_challenge_method",
	"request", "request_uri", "prompt", "max_age", "login_hint", "id_token_hint", "claims",
}

// Check tells what keeps a connection from working, as far as nobody is asked.
func (c *Connection) Check() error {
	if !ValidName(c.Name) {
		return errors.New("name: must be 1 to 64 of a-z, 0-9 and -, and begin and end with none of -")
	}
	for name := range c.Params {
		if slices.Contains(ours, name) {
			return fmt.Errorf("params: %q is set by the request itself", name)
		}
	}
	for _, domain := range c.Domains {
		if domain == "" || domain != strings.ToLower(domain) || strings.ContainsAny(domain, "@ /*") {
			return fmt.Errorf("domains: %q is no domain in lower case, such as example.com", domain)
		}
	}
	return nil
}

// UserID is the id of a user of the connection who is in no directory, as at Auth0.
func (c *Connection) UserID(subject string) string { return c.Name + "|" + subject }
