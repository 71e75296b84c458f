package config

import (
	"net"
	"strings"

	"github.com/hush-sso/hush/internal/client"
)

// warnFactors says where there are no passkeys, though everything loads: they are for a
// name (WebAuthn section 5.1.2, RP ID).
func (d *decoder) warnFactors(c *Config) {
	host := client.Hostname(c.Issuer)
	if c.Factors == nil || c.Factors.Passkeys == "none" || host == "" || !d.fine("issuer") || !d.fine("factors") {
		return
	}
	if net.ParseIP(host) != nil || !strings.Contains(host, ".") && host != "localhost" {
		d.warn("factors", "has no passkeys at %s, because browsers keep them for a domain only: give the issuer a name such as login.example.com, or localhost to try it, or write passkeys: none", d.safe("issuer", host))
	}
}
