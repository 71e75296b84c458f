package config

import (
	"maps"
	"slices"
	"strings"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/oauth"
)

// APISpecs returns the APIs as the provider takes them.
func (c *Config) APISpecs() []client.API {
	specs := make([]client.API, len(c.APIs))
	for i := range c.APIs {
		specs[i] = c.APIs[i].spec()
	}
	return specs
}

func (a *API) spec() client.API {
	return client.API{
		Audience: a.Audience, Name: a.Name, Scopes: a.Scopes, AccessTokenLifetime: a.AccessTokenLifetime,
		BrowserTokenLifetime: a.BrowserTokenLifetime, SigningAlg: a.SigningAlg, SkipConsentForFirstParty: a.SkipConsent,
		SecretHash: string(a.SecretHash), AccessTokenClaims: a.AccessTokenClaims,
	}
}

func (d *decoder) checkAPIs(c *Config) {
	seen := make(map[string]int)
	for i := range c.APIs {
		path, a := index("apis", i), &c.APIs[i]
		key := path + ".audience"
		d.unique(key, a.Audience, "API", seen)
		switch {
		case len(a.Audience) > 500 || strings.ContainsFunc(a.Audience, func(r rune) bool { return r <= ' ' || r > '~' }):
			d.bad(key, "must be 1 to 500 printable ASCII characters without spaces, usually a URL")
		case strings.Contains(a.Audience, "*"):
			d.bad(key, "has a wildcard: write the one audience of the API, such as https://api.example.com")
		}
		d.checkScopes(path+".scopes", a)
		d.checkMapping(path+".access_token_claims", a.AccessTokenClaims)
		if key := path + ".secret_hash"; d.has(key) && d.fine(key) && !client.IsHash(string(a.SecretHash)) {
			d.bad(key, "must be sha256: and 64 hex digits: make it with: hush hash-secret")
		}
		if a.AccessTokenLifetime > longToken {
			d.warn(path+".access_token_lifetime", "is %s, which is long: sign-out does not reach APIs that only check the signature", formatDuration(a.AccessTokenLifetime))
		}
		if !d.fine(path) {
			continue
		}
		if _, err := client.NewSet(nil, []client.API{a.spec()}); err != nil { // what is said above should be all
			d.bad(path, "%s", d.registry(path, err))
		}
	}
}

func (d *decoder) checkScopes(path string, a *API) {
	for _, scope := range slices.Sorted(maps.Keys(a.Scopes)) {
		switch key := path + "." + scope; {
		case !oauth.ValidScope(scope):
			d.bad(key, "is not a scope: write it without spaces, quotes and backslashes (RFC 6749 section 3.3), such as \"read:orders\"")
		case slices.Contains(oauth.IdentityScopes, scope):
			d.bad(key, "is a scope of OpenID Connect itself: give the API's another name, such as \"read:%s\"", scope)
		}
	}
	if len(a.Scopes) == 0 && d.fine(path) {
		d.warn(path, "holds no scope: tokens for this API permit nothing in particular")
	}
}
