package config

import (
	"net"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"github.com/hush-sso/hush/internal/client"
)

// warnSite says what of an issuer's host keeps it from sharing a site with any app,
// so that its cookies are a third party's in every frame.
func (d *decoder) warnSite(path, raw string) {
	host := client.Hostname(raw)
	switch {
	case host == "" || client.IsLoopback(host) || !d.fine(path):
	case net.ParseIP(host) != nil:
		d.warn(path, "is an address without a name: browsers take it for a site of its own, so no app can share its cookies in a frame, and FedCM does not know it; use a host name of the apps' site")
	case !strings.Contains(host, "."):
		d.warn(path, "is a host name without a domain: browsers take it for a site of its own, so no app can share its cookies in a frame, and FedCM does not know it; use a full name, such as %s.example.com", d.safe(path, host))
	case client.Site(raw) == client.Origin(raw) && isSuffix(host):
		d.warn(path, "is a public suffix: browsers take every name below it for a site of its own, so no app can share its cookies in a frame, and FedCM does not know it; use a host of a domain of yours")
	}
}

// isSuffix tells whether anybody may have names below the host.
func isSuffix(host string) bool {
	_, err := publicsuffix.EffectiveTLDPlusOne(host)
	return err != nil
}

// warnSilent says where an app cannot renew its tokens without being seen, in some
// browsers or in any, though everything loads: of each site once. A server's app has
// no page that renews.
func (d *decoder) warnSilent(path string, c *Client, all *Config) {
	if c.confidential() || !d.fine("issuer") || !d.fine("hosts") || all.Issuer == "" {
		return
	}
	seen := make(map[string]bool)
	for _, list := range []struct {
		key  string
		urls []string
	}{{path + ".web_origins", c.WebOrigins}, {path + ".redirect_uris", c.RedirectURIs}} {
		if list.key == path+".redirect_uris" && d.has(path+".web_origins") {
			break // which then says what pages there are
		}
		for i, raw := range list.urls {
			key, site := index(list.key, i), client.Site(raw)
			if site == "" || seen[site] || !d.fine(key) {
				continue
			}
			seen[site] = true
			d.warnFar(key, raw, c, all)
		}
	}
}

// warnFar judges one site of an app's. Some page of it renews by some means in every
// browser where it is of our site, or where there are refresh tokens.
func (d *decoder) warnFar(key, raw string, c *Client, all *Config) {
	near := slices.ContainsFunc(all.addresses(), func(ours string) bool { return client.SameSite(raw, ours) })
	switch {
	case near:
	case strings.HasPrefix(all.Issuer, "http:"):
		d.warn(key, "is another site than %s for browsers, whatever the port: cookies of an http issuer reach no frame there, so no silent renewal works; use %s with a port of its own", d.safe("issuer", client.Origin(all.Issuer)), d.safe("issuer", "http://"+client.Hostname(all.Issuer)))
	case slices.Contains(c.GrantTypes, client.GrantRefresh):
	default:
		all.far = all.far || c.FedCM
		d.warn(key, "is of another site than the issuer%s: where browsers block third-party cookies, as Safari and Firefox do, silent renewal has to do without them%s; put hush.js into its pages (hush-js.md), or add refresh_token to grant_types, or a host of the app's site to hosts (browsers.md)", d.suffixNote(raw, all.Issuer), c.cookieNote(all))
	}
}

// cookieNote tells that the way which needs no change of the app's registration is shut.
func (c *Client) cookieNote(all *Config) string {
	if c.RenewalCookie && all.Session.RenewalCookie > 0 {
		return ""
	}
	return ", and renewal_cookie lets nothing be planted for it"
}

// addresses are all under which this provider is reached.
func (c *Config) addresses() []string {
	list := []string{c.Issuer}
	for _, h := range c.Hosts {
		list = append(list, h.URL)
	}
	return list
}

// suffixNote explains why two names that look like neighbours are none.
func (d *decoder) suffixNote(address, issuer string) string {
	suffix, _ := publicsuffix.PublicSuffix(client.Hostname(issuer))
	if other, _ := publicsuffix.PublicSuffix(client.Hostname(address)); other != suffix || !strings.Contains(suffix, ".") {
		return ""
	}
	return " (each name below " + d.safe("issuer", suffix) + " is a site of its own)"
}

// warnWellKnown: browsers read which address speaks for a site by FedCM at the site's
// own name only (FedCM section 3.1), which need not be the issuer's.
func (d *decoder) warnWellKnown(c *Config) {
	site := client.Site(c.Issuer)
	if !c.far || !d.fine("issuer") || site == client.Origin(c.Issuer) {
		return
	}
	d.warn("issuer", "is not where browsers look for FedCM, which some app may need: serve /.well-known/web-identity at %s too (fedcm.md), or write fedcm: false for the apps", d.safe("issuer", site))
}
