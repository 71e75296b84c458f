package client

import (
	"net"
	"net/url"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// Site returns the site of an origin, or of another address, as browsers reckon it:
// the scheme and the registrable domain of the host, without port, such as
// "https://example.com" for "https://app.example.com:8443" (schemefully same site,
// HTML section 7.1.1). A host that has none, such as an address or localhost, is its
// own. "" for what is of no web origin.
//
// Where a browser and this list of public suffixes differ, one of them takes two
// origins for one site; nothing may be let in by that alone.
func Site(origin string) string {
	u, err := url.Parse(origin)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" {
		return ""
	}
	host := strings.ToLower(u.Hostname())
	if net.ParseIP(host) == nil {
		if domain, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
			host = domain
		}
	}
	return u.Scheme + "://" + host
}

// Origin returns the scheme, host and port of an address as they stand there, "" for
// what has none.
func Origin(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// Hostname returns the host of an address without its port, "" for none.
func Hostname(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// SameSite tells whether browsers take two origins, or other addresses, for one site, so that cookies
// of the one are no third party's in frames of the other.
func SameSite(a, b string) bool {
	site := Site(a)
	return site != "" && site == Site(b)
}
