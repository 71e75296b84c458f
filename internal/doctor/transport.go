package doctor

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/url"
	"strings"
)

func checkConnection(f *facts, n *notes) {
	if f.conn.err != nil {
		n.fail("see that the name resolves, that port 443 is reached from here, and that what answers speaks TLS 1.2 or 1.3", "no TLS connection to %s: %v", f.host, f.conn.err)
	}
	n.good("TLS connection to %s", f.host)
}

func checkCertificate(f *facts, n *notes) {
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	switch err := f.conn.trust; {
	case err == nil:
	case errors.As(err, &name):
		n.fail("get a certificate that names this host", "the certificate is not for %s: %v", f.host, err)
	case errors.As(err, &unknown):
		n.fail("serve the certificate together with its intermediate ones, leaf first; with an authority of your own, name it with --ca", "no known authority vouches for the certificate (issuer %q)", f.conn.leaf.Issuer.String())
	case f.o.Now().After(f.conn.leaf.NotAfter):
		return // the next check says so
	default:
		n.fail("get another certificate", "the certificate is not good: %v", err)
	}
	n.good("the certificate is good for %s", f.host)
}

func checkExpiry(f *facts, n *notes) {
	left := f.conn.leaf.NotAfter.Sub(f.o.Now())
	days := int(left.Hours() / 24)
	const renew = "see why it is not renewed, and that what ends TLS loads the new one (Hush reads tls.cert again by itself)"
	switch ends := f.conn.leaf.NotAfter.UTC().Format("2006-01-02 15:04 MST"); {
	case left <= 0:
		n.fail(renew, "the certificate ended at %s", ends)
	case left < urgent:
		n.fail(renew, "the certificate ends at %s", ends)
	case left < soon:
		n.warn(renew, "the certificate ends in %d days, at %s", days, ends)
	}
	n.good("the certificate has %d days left", days)
}

func checkVersion(f *facts, n *notes) {
	if f.conn.old {
		n.warn("let what ends TLS take 1.2 and 1.3 only", "TLS 1.1 or older is spoken too")
	}
	n.good("%s, nothing older than TLS 1.2", tls.VersionName(f.conn.version))
}

// checkAddress: browsers take Secure cookies over https only, and a page over http
// can be anybody's.
func checkAddress(f *facts, n *notes) {
	u, err := url.Parse(f.base)
	if host := u.Hostname(); err == nil && !f.secure() && host != "localhost" && !strings.HasSuffix(host, ".localhost") {
		n.fail("use https", "%s is http: browsers keep no Secure cookie of it, and anybody on the way reads and changes it", f.base)
	}
	n.good("%s is an address that browsers trust", f.base)
}

func checkPlain(f *facts, n *notes) {
	r := f.replies[rPlain]
	if r.Err != nil {
		n.good("nothing answers by plain http")
		return
	}
	to := r.Header.Get("Location")
	switch {
	case r.Status/100 == 3 && (to == f.base || strings.HasPrefix(to, f.origin+"/")):
	case r.Status/100 == 3:
		n.fail("redirect to "+f.base, "plain http redirects to %q", to)
	case r.Status < 400:
		n.fail("answer plain http with a redirect to https, or not at all", "plain http is answered with %d: whoever types the name without https is not protected", r.Status)
	}
	n.good("plain http is answered with %d, nothing is served there", r.Status)
}
