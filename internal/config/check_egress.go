package config

import (
	"crypto/x509"

	"github.com/hush-sso/hush/internal/egress"
)

// Outbound returns what the client of calls to others is made of.
func (c *Config) Outbound() egress.Options {
	return egress.Options{Allow: c.Egress.Allow, Roots: c.egressRoots}
}

func (d *decoder) checkEgress(c *Config) {
	for i, p := range c.Egress.Allow {
		path := index("egress.allow", i)
		switch {
		case !d.fine(path) || !p.IsValid():
		case p.Addr().Is4In6():
			d.bad(path, "is IPv4 in the form of IPv6: write it as IPv4, such as 10.1.2.3")
		case p.Bits() == 0:
			d.bad(path, "allows every address, so that an app could have this server call its neighbours: name the networks in which apps serve their keys")
		case tooWide(p):
			d.warn(path, "is a wide network: whoever registers an app makes this server call any address in it; name the hosts that apps serve their keys from")
		}
	}
	if c.Egress.CA == "" || !d.fine("egress.ca") {
		return
	}
	pool, err := x509.SystemCertPool()
	if err != nil { // a system without any
		pool = x509.NewCertPool()
	}
	d.authorities("egress.ca", c.Egress.CA, pool)
	c.egressRoots = pool
}
