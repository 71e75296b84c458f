package config

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/hush-sso/hush/internal/client"
)

// warnClient says what of an app loads but will disappoint.
func (d *decoder) warnClient(path string, c *Client, all *Config) {
	if slices.Contains(c.GrantTypes, client.GrantImplicit) {
		d.warn(path+".grant_types", "switches the implicit grant on, which RFC 9700 advises against: move the app to code with PKCE when you can")
	}
	p := all.SessionPolicy()
	d.warnRefresh(path, c, max(p.For(c.SSOGroup, false).Lifetime, p.For(c.SSOGroup, true).Lifetime))
	if !c.confidential() && c.RequirePKCE != nil && !*c.RequirePKCE {
		d.warn(path+".require_pkce", "lets a public app use codes without PKCE, which RFC 9700 section 2.1.1 forbids: a stolen code is then a stolen sign-in")
	}
	if alg := c.IDTokenSigningAlg; alg != "RS256" && !c.confidential() && alg != "" {
		d.warn(path+".id_token_signing_alg", "is %s: auth0-spa-js takes RS256 only", alg)
	}
	if c.Secret != "" && len(d.marks[path+".secret"].from) == 0 {
		d.warn(path+".secret", "stands in the file itself: write ${NAME} and set it in the environment, or use secret_hash")
	}
	d.warnAddresses(path, c, !all.local())
	d.warnTold(path, c, all)
	d.warnSilent(path, c, all)
}

func (d *decoder) warnRefresh(path string, c *Client, session time.Duration) {
	refreshes, outlives := slices.Contains(c.GrantTypes, client.GrantRefresh), path+".refresh_token_outlives_session"
	for _, key := range []string{outlives, path + ".refresh_token_lifetime"} {
		if d.has(key) && !refreshes {
			d.warn(key, "does nothing: the app gets no refresh tokens without refresh_token in grant_types")
		}
	}
	if c.RefreshTokenLifetime > session && refreshes && !c.RefreshTokenOutlivesSession {
		d.warn(path+".refresh_token_lifetime", "is %s, but refresh tokens end with the session, after %s at most (session.lifetime): write a longer one there, or refresh_token_outlives_session: true", formatDuration(c.RefreshTokenLifetime), formatDuration(session))
	}
	if c.RefreshTokenOutlivesSession && refreshes && !c.confidential() {
		d.warn(outlives, "lets a public app go on after its user signed out: where it runs in a browser, whoever uses that browser next may find its tokens")
	}
}

// warnAddresses: deployed tells whether the issuer is of more than this machine.
func (d *decoder) warnAddresses(path string, c *Client, deployed bool) {
	for i, raw := range c.RedirectURIs {
		key := index(path+".redirect_uris", i)
		u, err := url.Parse(raw)
		if err != nil || !isWeb(raw) || !d.fine(key) {
			continue
		}
		if deployed && client.IsLoopback(u.Hostname()) {
			d.warn(key, "is on localhost, but the issuer is not: anything on a user's own machine can take answers there; register a separate app for development")
		}
		origin := u.Scheme + "://" + u.Host
		if d.has(path+".web_origins") && !slices.Contains(c.WebOrigins, origin) {
			d.warn(key, "has an origin that web_origins lacks: silent renewal from its pages is refused; add %s", d.safe(key, origin))
		}
	}
}

// safe returns text that is a part of a value, or words for it.
func (d *decoder) safe(path, text string) string {
	if d.hidden(path) {
		return "its origin"
	}
	return strings.ToValidUTF8(text, "?")
}
