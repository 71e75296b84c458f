package config

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/seal"
)

// check judges what decoding cannot: values that do not work, alone or
// together. It runs even where decoding failed, so that one look at the errors
// is enough; a value that was not understood is passed over.
func (d *decoder) check(c *Config) {
	d.checkIssuer(c)
	d.checkHosts(c)
	d.checkListeners(c)
	d.checkAdmin(c)
	d.checkProxies(c)
	d.checkEgress(c)
	d.checkSecrets(c)
	d.checkSalt(c)
	d.checkTLS(c)
	d.checkKeys(c)
	d.checkRules(c)
	d.checkAudit(c)
	d.checkTracing(c)
	d.checkRedis(c)
	d.checkLifetimes(c)
	d.checkBranding(c)
	d.checkACR(c)
	d.warnFactors(c)
	d.checkClients(c)
	d.checkAPIs(c)
	d.checkRegistration(c)
	d.checkConnections(c)
	d.checkDirectories(c)
	d.checkUsers(c)
	d.warnMappings(c)
}

// fine tells whether nothing was found wrong at a key or inside it.
func (d *decoder) fine(path string) bool {
	return !slices.ContainsFunc(d.problems, func(p Problem) bool {
		rest, inside := strings.CutPrefix(p.Key, path)
		return inside && (rest == "" || rest[0] == '.' || rest[0] == '[')
	})
}

func (d *decoder) checkIssuer(c *Config) {
	if c.Issuer == "" {
		return // said already
	}
	if text := issuerProblem(c.Issuer); text != "" {
		d.bad("issuer", "%s %s", d.show("issuer", c.Issuer), text)
		return
	}
	d.warnSite("issuer", c.Issuer)
	if c.local() && c.TLS != nil && strings.HasPrefix(c.Issuer, "http:") {
		d.bad("issuer", "is http, but tls is set: write https://, or remove tls")
	}
	if !c.local() && c.TLS == nil && !d.has("tls") && len(c.TrustedProxies) == 0 {
		d.warn("issuer", "is https, but neither tls nor trusted_proxies says who speaks TLS: browsers need a proxy in front that does")
	}
}

// local tells whether the issuer is of this machine only.
func (c *Config) local() bool {
	u, err := url.Parse(c.Issuer)
	return err == nil && client.IsLoopback(u.Hostname())
}

// issuerProblem judges an issuer (OpenID Connect Discovery 1.0 section 3).
func issuerProblem(raw string) string {
	u, err := url.Parse(raw)
	switch {
	case strings.Contains(raw, "*"):
		return "has a wildcard: write the one address of this provider"
	case err != nil || u.Scheme == "" || u.Host == "":
		return "is not a URL: write https:// and a host, such as https://login.example.com/"
	case u.Scheme != "https" && u.Scheme != "http":
		return "must begin with https://"
	case u.Scheme == "http" && !client.IsLoopback(u.Hostname()):
		return "must be https: http is for localhost only"
	case strings.Contains(raw, "?"):
		return "must not have a query: remove the ? and what follows"
	case strings.Contains(raw, "#"):
		return "must not have a fragment: remove the # and what follows"
	case u.User != nil:
		return "must not have a user name or password: remove what stands before the @"
	case strings.Trim(u.EscapedPath(), "/abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~") != "",
		strings.Contains(u.Path, "//"), slices.Contains(strings.Split(u.Path, "/"), "."), slices.Contains(strings.Split(u.Path, "/"), ".."):
		return "must have a plain path, if any: letters, digits, - . _ ~ between single slashes"
	}
	origin := u.Scheme + "://" + u.Host
	if _, err := client.ParseOrigin(origin); err != nil || !strings.HasPrefix(raw, origin) {
		return "must have scheme and host in lower case (international names in their xn-- form) and no default port, such as https://login.example.com/"
	}
	return ""
}

func (d *decoder) checkListeners(c *Config) {
	for _, l := range []struct{ path, addr, example string }{
		{"listen", c.Listen, `":8080"`}, {"admin.listen", c.Admin.Listen, "127.0.0.1:9090"},
	} {
		if text := addrProblem(l.addr, true); text != "" {
			d.bad(l.path, "%s %s, for example %s", d.show(l.path, l.addr), text, l.example)
		}
	}
	if !d.fine("listen") || !d.fine("admin.listen") {
		return
	}
	host, port, _ := net.SplitHostPort(c.Listen)
	adminHost, adminPort, _ := net.SplitHostPort(c.Admin.Listen)
	if port == adminPort && (host == adminHost || host == "" || adminHost == "") {
		d.bad("admin.listen", "is the same port as listen: give one of them another")
	}
	if !client.IsLoopback(adminHost) {
		listens := ""
		if d.has("admin.token") {
			listens = ", and the token goes there in plain HTTP"
		}
		d.warn("admin.listen", "is not on loopback: whoever reaches it reads the metrics%s; keep it on a network of yours", listens)
	}
}

// minAdminToken is as long as 24 random bytes in base64, which nobody guesses.
const minAdminToken = 32

func (d *decoder) checkAdmin(c *Config) {
	const path = "admin.token"
	token := string(c.Admin.Token)
	switch {
	case !d.has(path) || !d.fine(path):
		return
	case len(token) < minAdminToken || strings.Trim(token, "-._~+/=0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") != "":
		d.bad(path, "must be %d random characters or more, of those that a bearer token may have: make one with: hush secret", minAdminToken)
	case slices.Contains(c.Secrets, c.Admin.Token) || c.PairwiseSalt == c.Admin.Token:
		d.bad(path, "is also in another key, which operators should not know: make another with: hush secret")
	case len(d.marks[path].from) == 0:
		d.warn(path, "stands in the file itself: whoever reads the file can end every session; write ${HUSH_ADMIN_TOKEN} and set it in the environment")
	}
}

// addrProblem judges host:port. The host may be left out of a listener's.
func addrProblem(addr string, listener bool) string {
	host, port, err := net.SplitHostPort(addr)
	n, bad := strconv.ParseUint(port, 10, 16)
	switch {
	case strings.Contains(addr, "://"):
		return "is a URL: write host:port"
	case err != nil || strings.ContainsAny(host, " /?#*@"):
		return "is not host:port"
	case bad != nil || n == 0:
		return "needs a port from 1 to 65535"
	case host == "" && !listener:
		return "has no host"
	}
	return ""
}

func (d *decoder) checkProxies(c *Config) {
	for i, p := range c.TrustedProxies {
		path := index("trusted_proxies", i)
		switch {
		case !d.fine(path) || !p.IsValid():
		case p.Addr().Is4In6():
			d.bad(path, "is IPv4 in the form of IPv6: write it as IPv4, such as 10.1.2.3")
		case p.Bits() == 0:
			d.bad(path, "trusts everyone, so that anyone could claim any address: name your proxies")
		case tooWide(p):
			d.warn(path, "is a wide network: name the proxies themselves, never a network that visitors are in: who sits in it can claim any address")
		}
	}
}

// tooWide tells whether a network is wider than one operator's proxies need:
// an IPv4 /16, an IPv6 /48 (RFC 6177, one site).
func tooWide(p netip.Prefix) bool {
	if p.Addr().Is4() {
		return p.Bits() < 16
	}
	return p.Bits() < 48
}

// minDistinct is how many different bytes 32 random ones have at least: fewer
// than 14 happen once in 10^12.
const minDistinct = 14

func (d *decoder) checkSecrets(c *Config) {
	if d.has("secrets") && len(c.Secrets) == 0 && d.fine("secrets") {
		d.bad("secrets", "is empty: write at least one, which hush secret makes")
	}
	seen := make(map[string]int)
	for i, s := range c.Secrets {
		path := index("secrets", i)
		if !d.fine(path) {
			continue
		}
		key, err := seal.ParseSecret(string(s))
		switch {
		case err != nil:
			d.bad(path, "must be 32 random bytes in base64 (44 characters): make one with: hush secret")
		case distinct(key) < minDistinct:
			d.bad(path, "is not random: make one with: hush secret")
		case seen[string(key)] > 0:
			d.bad(path, "is the same as secrets[%d]: remove one", seen[string(key)]-1)
		default:
			seen[string(key)] = i + 1
			c.secrets = append(c.secrets, key)
		}
		if m := d.marks[path]; len(m.from) == 0 && err == nil {
			d.warn(path, "stands in the file itself: whoever reads the file can make sessions; write ${HUSH_SECRET} and set it in the environment")
		}
	}
	if len(c.Secrets) == 1 {
		d.warn("secrets", "holds one secret, so there is no spare: to replace it, add the new one second, restart all nodes, then swap the two and restart again: docs/rotation.md")
	}
}

func distinct(key []byte) int {
	bytes := slices.Clone(key)
	slices.Sort(bytes)
	return len(slices.Compact(bytes))
}

// index returns the path of a list's element.
func index(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }
