package provider

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/dpop"
	"github.com/hush-sso/hush/internal/seal"
	"github.com/hush-sso/hush/internal/token"
	"github.com/hush-sso/hush/web"
)

// Host is one more host name under which a provider is reached, with the same
// sessions behind it.
type Host struct {
	URL string // where it is, byte for byte, e.g. "https://login.shop.example/"
	// SharedIssuer: its tokens and answers name the provider's issuer. Otherwise URL
	// is an issuer of its own, and what one of the two issued is none of the other's.
	SharedIssuer bool
}

// place is a Host that requests can be answered at.
type place struct {
	Host
	host    string        // its host name
	origin  string        // scheme, host and port
	keyring *seal.Keyring // of its cookies and forms, which are good at no other host
	tokens  *token.Issuer
}

// placesOf makes the hosts ready. Cookies are a host name's, whatever the port and
// the path, so no two may have the same.
func (p *Provider) placesOf(hosts []Host) ([]place, error) {
	places, taken := make([]place, 0, len(hosts)), map[string]bool{client.Hostname(p.shared.Issuer): true}
	for _, h := range hosts {
		at := place{Host: h, origin: client.Origin(h.URL), tokens: p.flows.Tokens}
		if at.host = client.Hostname(h.URL); at.host == "" || taken[at.host] {
			return nil, fmt.Errorf("host %q must be a URL with a host name of its own", h.URL)
		}
		taken[at.host] = true
		var err error
		if at.keyring, err = seal.New(h.URL, p.secrets...); err != nil {
			return nil, err
		}
		if !h.SharedIssuer {
			own := p.tokens
			own.Issuer, own.Keyring = h.URL, at.keyring
			if at.tokens, err = token.NewIssuer(own); err != nil {
				return nil, err
			}
		}
		places = append(places, at)
	}
	return places, nil
}

// hopsOf is the way between the hosts, nil where there is one.
func (p *Provider) hopsOf(places []place) *authorize.Hops {
	if len(places) == 0 {
		return nil
	}
	targets := make([]authorize.Target, len(places))
	for i, at := range places {
		targets[i] = authorize.Target{Host: at.host, URL: at.URL, Origin: at.origin, Tokens: at.tokens}
	}
	return authorize.NewHops(p.shared.Issuer, p.shared.Keyring, targets...)
}

// at is what is different at a host.
func (p *Provider) at(at place) (web.Config, authorize.Config) {
	c, a := p.shared, p.flows
	c.URL, a.URL = at.URL, at.URL
	c.Issuer, a.Issuer = at.tokens.Name(), at.tokens.Name()
	c.Keyring, a.Keyring = at.keyring, at.keyring
	c.DPoP = dpop.New(at.keyring, p.store)
	a.Tokens, a.Host = at.tokens, at.host
	return c, a
}

// at is the handler for a Host header: the issuer's for every name that is no
// host's. What a handler answers never holds the header.
func (g *generation) at(header string) http.Handler {
	if len(g.hosts) > 0 {
		if h := g.hosts[client.Hostname("https://"+strings.ToLower(header))]; h != nil {
			return h
		}
	}
	return g.handler
}

// issuerFor is who tells an app of sign-outs: the issuer that it knows. That is the
// one of the site of its first address that is of the site of any.
func (p *Provider) issuerFor(g *generation, c *client.Client) *token.Issuer {
	for _, address := range c.RedirectURIs {
		if client.SameSite(address, p.shared.Issuer) {
			break
		}
		for _, at := range g.places {
			if client.SameSite(address, at.URL) {
				return at.tokens
			}
		}
	}
	return p.flows.Tokens
}
