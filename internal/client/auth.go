package client

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hush-sso/hush/internal/jose"
)

// The ways in which a client may authenticate (OpenID Connect Core 1.0 section
// 9).
const (
	AuthNone   = "none"
	AuthBasic  = "client_secret_basic"
	AuthPost   = "client_secret_post"
	AuthSecret = "client_secret_jwt"
	AuthKey    = "private_key_jwt"
)

// AuthMethods are all of them.
var AuthMethods = []string{AuthNone, AuthBasic, AuthPost, AuthSecret, AuthKey}

// minJWTSecret is the fewest bytes of a secret that JWTs are signed with: as
// many as the hash has (RFC 7518 section 3.2). A secret of less can be found from
// one JWT, without asking anybody.
const minJWTSecret = 32

func (c *Client) parseKeys() error {
	switch {
	case c.JWKS != "" && c.JWKSURI != "":
		return errors.New("jwks_uri: jwks is there too; one of them (RFC 7591 section 2)")
	case c.JWKSURI != "":
		if err := CheckFetched(c.JWKSURI); err != nil {
			return fmt.Errorf("jwks_uri: %q %w", c.JWKSURI, err)
		}
	case c.JWKS != "":
		keys, err := jose.ParseKeySet([]byte(c.JWKS))
		if err != nil {
			return fmt.Errorf("jwks: %w", err)
		}
		c.keys = keys
	}
	return nil
}

// CheckFetched judges an address that this server is to read from. Where it
// leads is judged when it is called.
func CheckFetched(raw string) error {
	if strings.Contains(raw, "#") {
		return errors.New("must not have a fragment")
	}
	return CheckPage(raw)
}

func (c *Client) parseSecret() error {
	switch {
	case c.SecretHash == "" && c.Secret == "":
		return nil
	case !c.Confidential:
		return errors.New("secret_hash: a public client has no secret; set type: confidential")
	case c.SecretHash != "" && c.Secret != "":
		return errors.New("secret: secret_hash is there too; one of them")
	case c.Secret != "":
		if c.TokenAuthMethod != AuthSecret {
			return errors.New("secret: only client_secret_jwt needs it; others need secret_hash")
		}
		if len(c.Secret) < minJWTSecret {
			return fmt.Errorf("secret: client_secret_jwt needs %d bytes or more", minJWTSecret)
		}
		sum := sha256.Sum256([]byte(c.Secret))
		c.secret = sum[:]
		return nil
	}
	var err error
	c.secret, err = parseHash(c.SecretHash)
	return err
}

// HashSecret returns what SecretHash holds for a secret, which must be random.
func HashSecret(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hashPrefix + hex.EncodeToString(sum[:])
}

// IsHash tells whether text has the form of what HashSecret returns.
func IsHash(text string) bool {
	_, err := parseHash(text)
	return err == nil
}

const hashPrefix = "sha256:"

// parseHash reads a secret_hash.
func parseHash(text string) ([]byte, error) {
	digest, ok := strings.CutPrefix(text, hashPrefix)
	sum, err := hex.DecodeString(digest)
	if !ok || err != nil || len(sum) != sha256.Size {
		return nil, errors.New("secret_hash must be sha256: and 64 hex digits")
	}
	return sum, nil
}

func (c *Client) checkAuthMethod() error {
	bad := func(why string) error { return fmt.Errorf("token_endpoint_auth_method: %s", why) }
	switch m := c.TokenAuthMethod; {
	case m != "" && !slices.Contains(AuthMethods, m):
		return fmt.Errorf("token_endpoint_auth_method must be one of %s", strings.Join(AuthMethods, ", "))
	case m == AuthNone && c.Confidential:
		return bad("a confidential client authenticates")
	case m != "" && m != AuthNone && !c.Confidential:
		return bad("a public client has nothing to show; set type: confidential")
	case m == AuthKey && !c.HasKeys():
		return bad("private_key_jwt needs jwks or jwks_uri")
	case m == AuthKey && c.secret != nil:
		return bad("private_key_jwt needs no secret; remove it")
	case m == AuthSecret && c.Secret == "":
		return bad("client_secret_jwt needs secret; its hash cannot verify a signature")
	case (m == AuthBasic || m == AuthPost) && c.secret == nil,
		m == "" && c.Confidential && c.secret == nil && !c.HasKeys():
		return errors.New("secret_hash must be sha256: and 64 hex digits")
	}
	return c.checkAuthAlg()
}

func (c *Client) checkAuthAlg() error {
	allowed := jose.Algorithms
	switch {
	case c.TokenAuthAlg == "":
		return nil
	case c.TokenAuthMethod == AuthSecret:
		allowed = []string{"HS256"}
	case c.TokenAuthMethod != AuthKey:
		return errors.New("token_endpoint_auth_signing_alg: is for private_key_jwt and client_secret_jwt")
	}
	if !slices.Contains(allowed, c.TokenAuthAlg) {
		return fmt.Errorf("token_endpoint_auth_signing_alg must be one of %s", strings.Join(allowed, ", "))
	}
	return nil
}

// HasKeys tells whether the app has registered keys, or where they are.
func (c *Client) HasKeys() bool { return c.JWKS != "" || c.JWKSURI != "" }

// Keys are those that were registered themselves; none where JWKSURI says where
// they are.
func (c *Client) Keys() jose.KeySet { return c.keys }

// AllowsAuthMethod tells whether the app may authenticate in this way.
func (c *Client) AllowsAuthMethod(method string) bool {
	return c.TokenAuthMethod == "" || c.TokenAuthMethod == method
}

// AuthenticatesBy tells whether the app has what a method needs, and may use it.
func (c *Client) AuthenticatesBy(method string) bool {
	has := false
	switch method {
	case AuthNone:
		has = !c.Confidential
	case AuthBasic, AuthPost:
		has = c.secret != nil
	case AuthSecret:
		has = c.Secret != ""
	case AuthKey:
		has = c.Confidential && c.HasKeys()
	}
	return has && c.AllowsAuthMethod(method)
}

// CheckSecret compares a presented client secret in constant time.
func (c *Client) CheckSecret(presented string) bool {
	return c.Confidential && matches(c.secret, presented)
}

// matches compares in constant time; no secret matches where there is none.
func matches(secret []byte, presented string) bool {
	sum := sha256.Sum256([]byte(presented))
	return subtle.ConstantTimeCompare(sum[:], secret) == 1
}
