package config

import "github.com/hush-sso/hush/internal/client"

// RegistrationTokens returns the hashes of initial access tokens.
func (c *Config) RegistrationTokens() []string {
	hashes := make([]string, len(c.Registration.InitialAccessTokens))
	for i, hash := range c.Registration.InitialAccessTokens {
		hashes[i] = string(hash)
	}
	return hashes
}

func (d *decoder) checkRegistration(c *Config) {
	r := &c.Registration
	for i, hash := range r.InitialAccessTokens {
		if path := index("registration.initial_access_tokens", i); d.fine(path) && !client.IsHash(string(hash)) {
			d.bad(path, "must be sha256: and 64 hex digits: make token and hash with: hush hash-secret -generate")
		}
	}
	switch {
	case !r.Enabled && d.has("registration.initial_access_tokens"), !r.Enabled && r.Open:
		d.warn("registration.enabled", "is false: nobody can register an app, and apps that registered themselves are unknown")
	case r.Enabled && !r.Open && len(r.InitialAccessTokens) == 0 && d.fine("registration"):
		d.bad("registration.initial_access_tokens", "is missing: nobody could register an app; make a token with hush hash-secret -generate, or write open: true")
	case r.Enabled && r.Open:
		d.warn("registration.open", "lets anybody register an app, under any name: people see that it is not verified, and decide")
	}
	if r.Enabled && r.AllowImplicit {
		d.warn("registration.allow_implicit", "lets apps of strangers have tokens by the browser's address, which RFC 9700 advises against")
	}
}
