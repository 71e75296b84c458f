package config

import (
	"encoding/json"
	"errors"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/egress"
	"github.com/hush-sso/hush/internal/jose"
)

// minJWTSecret is the fewest characters of a secret that JWTs are signed with
// (RFC 7518 section 3.2).
const minJWTSecret = 32

// jwks is the key set as JSON, or "".
func (c *Client) jwks() string {
	if c.JWKS == nil {
		return ""
	}
	text, err := json.Marshal(c.JWKS)
	if err != nil {
		panic(err) // the decoder takes nothing that JSON has not
	}
	return string(text)
}

func (c *Client) hasKeys() bool { return c.JWKS != nil || c.JWKSURI != "" }

func (d *decoder) checkClientKeys(path string, c *Client, out egress.Options) {
	set, uri := path+".jwks", path+".jwks_uri"
	if d.has(set) && d.has(uri) {
		d.bad(uri, "says the same as jwks: remove one")
	}
	if c.JWKSURI != "" && d.fine(uri) {
		if err := client.CheckFetched(c.JWKSURI); err != nil {
			d.bad(uri, "%s %s", d.show(uri, c.JWKSURI), err)
		} else if out.Check(c.JWKSURI) != nil {
			d.bad(uri, "%s is never called: it must lead to a public address, at port 443 or one above 1023; one of your own network has to be in egress.allow", d.show(uri, c.JWKSURI))
		}
	}
	if c.JWKS == nil || !d.fine(set) {
		return
	}
	switch _, err := jose.ParseKeySet([]byte(c.jwks())); {
	case errors.Is(err, jose.ErrPrivate):
		d.bad(set, "holds a private key: it is known to others now; make a new pair, and write its public half only, without the member d")
	case err != nil:
		d.bad(set, "is no JWK Set that can be used, {\"keys\": [...]} with public keys for signatures (RSA of 2048 to 4096 bits, EC on P-256, Ed25519): docs/client-authentication.md makes one")
	}
}

func (d *decoder) checkClientSecret(path string, c *Client) {
	hash, secret := path+".secret_hash", path+".secret"
	if !d.fine(path + ".type") {
		return
	}
	// For these checkClientAuth names what is missing.
	jwt := c.TokenEndpointAuthMethod == client.AuthKey || c.TokenEndpointAuthMethod == client.AuthSecret
	switch {
	case !c.confidential() && d.has(hash):
		d.bad(hash, "is for confidential apps: remove it, or write type: confidential if the app runs on a server")
	case !c.confidential() && d.has(secret):
		d.bad(secret, "is for confidential apps: remove it, or write type: confidential if the app runs on a server")
	case c.confidential() && !d.has(hash) && !d.has(secret) && !d.has(path+".jwks") && !d.has(path+".jwks_uri") && !jwt:
		d.bad(hash, "is missing: a confidential app needs its secret's hash, which hush hash-secret prints, or keys (jwks, jwks_uri); an app in the browser is type: public")
	case d.has(hash) && d.has(secret):
		d.bad(secret, "says the same as secret_hash: remove one")
	case d.has(hash) && !client.IsHash(string(c.SecretHash)) && d.fine(hash):
		d.bad(hash, "must be sha256: and 64 hex digits: make it with: hush hash-secret")
	case d.has(secret) && d.fine(secret) && WeakSecret(string(c.Secret)) != "":
		d.bad(secret, "%s", WeakSecret(string(c.Secret)))
	case c.plain() != "" && len(c.Secret) < minJWTSecret:
		d.bad(secret, "must have 32 characters or more for client_secret_jwt, or one JWT is enough to find it: make one with: hush hash-secret -generate")
	}
}

// checkClientAuth looks at the method together with what it needs.
func (d *decoder) checkClientAuth(path string, c *Client) {
	hash, secret, method, alg := path+".secret_hash", path+".secret", path+".token_endpoint_auth_method", path+".token_endpoint_auth_signing_alg"
	if !d.fine(path+".type") || !d.fine(method) {
		return
	}
	given := d.has(hash) || d.has(secret)
	switch m := c.TokenEndpointAuthMethod; {
	case m == client.AuthNone && c.confidential():
		d.bad(method, "is none, but the app is confidential: write client_secret_basic, or type: public")
	case m != "" && m != client.AuthNone && !c.confidential():
		d.bad(method, "needs a secret or a key, which a public app has not: remove it, or write type: confidential")
	case m == client.AuthSecret && d.has(hash):
		d.bad(hash, "is not enough for client_secret_jwt, whose signatures only the secret itself verifies: write secret: \"${NAME}\" in its place")
	case m == client.AuthSecret && !d.has(secret):
		d.bad(secret, "is missing: client_secret_jwt needs the secret itself: write secret: \"${NAME}\" and set it in the environment")
	case m == client.AuthKey && !c.hasKeys() && !d.has(path+".jwks") && !d.has(path+".jwks_uri"):
		d.bad(method, "is private_key_jwt, but the app has no keys: write jwks or jwks_uri")
	case m == client.AuthKey && given:
		d.bad(method, "is private_key_jwt, which needs no secret: remove secret_hash or secret")
	case (m == client.AuthBasic || m == client.AuthPost) && !given && d.fine(hash):
		d.bad(hash, "is missing: %s needs it: make it with: hush hash-secret", m)
	}
	switch a, m := c.TokenEndpointAuthSigningAlg, c.TokenEndpointAuthMethod; {
	case a == "" || !d.fine(alg):
	case m != client.AuthSecret && m != client.AuthKey:
		d.bad(alg, "means something with private_key_jwt and client_secret_jwt only: write one of them as token_endpoint_auth_method, or remove this")
	case m == client.AuthSecret && a != "HS256":
		d.bad(alg, "must be HS256 for client_secret_jwt")
	case m == client.AuthKey && a == "HS256":
		d.bad(alg, "must be RS256, PS256, ES256 or EdDSA for private_key_jwt")
	}
}
