package config

import (
	"slices"
	"strings"

	"github.com/hush-sso/hush/internal/client"
)

// SharedIssuer is the value of a host's issuer whose tokens name the provider's.
const SharedIssuer = "shared"

func (d *decoder) checkHosts(c *Config) {
	seen := map[string]string{client.Hostname(c.Issuer): "issuer"}
	for i, h := range c.Hosts {
		path := index("hosts", i) + ".url"
		if h.URL == "" || !d.fine(path) {
			continue // said already
		}
		name := client.Hostname(h.URL)
		switch text := issuerProblem(h.URL); {
		case text != "":
			d.bad(path, "%s %s", d.show(path, h.URL), text)
		case seen[name] != "":
			d.bad(path, "has the host name of %s: cookies belong to a host whatever the port and path, so each needs its own", seen[name])
		case c.TLS != nil && strings.HasPrefix(h.URL, "http:"):
			d.bad(path, "is http, but tls is set: write https://, or remove tls")
		default:
			d.warnHost(path, h.URL, c)
		}
		seen[name] = index("hosts", i)
	}
}

// warnHost says what of a host loads but will disappoint.
func (d *decoder) warnHost(path, raw string, c *Config) {
	d.warnSite(path, raw)
	switch {
	case !d.fine("issuer") || c.Issuer == "":
	case client.SameSite(raw, c.Issuer):
		d.warn(path, "is of the same site as the issuer, whose cookie reaches the apps of that site already: remove it, and let the apps use the issuer")
	case d.fine("clients") && !slices.ContainsFunc(c.Clients, func(app Client) bool { return app.neighbours(raw) }):
		d.warn(path, "is of no app's site: renewal in a hidden frame needs a host of the same site as the page; use one of the site of an app's redirect_uris or web_origins, or remove it")
	}
}

// warnTold: an app is told of sign-outs by one issuer (provider.issuerFor).
func (d *decoder) warnTold(path string, app *Client, all *Config) {
	if app.BackchannelLogoutURI == "" && app.FrontchannelLogoutURI == "" {
		return
	}
	issuers := make(map[string]bool)
	for _, raw := range app.RedirectURIs {
		issuers[all.issuerBeside(raw)] = true
	}
	if len(issuers) > 1 {
		d.warn(path+".redirect_uris", "are beside hosts of several issuers, but the app is told of sign-outs by that of the first of them: register an app for each site, or write issuer: shared for the hosts")
	}
}

// issuerBeside is the issuer that an app at this address knows.
func (c *Config) issuerBeside(address string) string {
	if !client.SameSite(address, c.Issuer) {
		for _, h := range c.Hosts {
			if h.Issuer != SharedIssuer && client.SameSite(address, h.URL) {
				return h.URL
			}
		}
	}
	return c.Issuer
}

// neighbours tells whether the app has pages of the same site as an address.
func (c *Client) neighbours(address string) bool {
	return slices.ContainsFunc(slices.Concat(c.WebOrigins, c.RedirectURIs), func(raw string) bool {
		return client.SameSite(raw, address)
	})
}
