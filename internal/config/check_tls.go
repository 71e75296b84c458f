package config

import (
	"crypto/tls"
	"crypto/x509"
	"strings"
	"time"

	"github.com/hush-sso/hush/internal/client"
)

// Certificate returns the certificate of the public listener, or nil for plain
// HTTP.
func (c *Config) Certificate() *tls.Certificate { return c.certificate }

func (d *decoder) checkTLS(c *Config) {
	if c.TLS == nil || !d.fine("tls") {
		return
	}
	c.certificate = d.keyPair("tls", c.TLS.Cert, c.TLS.Key)
	if c.certificate == nil {
		return
	}
	leaf := c.certificate.Leaf
	if now := time.Now(); now.After(leaf.NotAfter) {
		d.warn("tls.cert", "ended on %s: browsers refuse it", leaf.NotAfter.Format(time.DateOnly))
	} else if now.Before(leaf.NotBefore) {
		d.warn("tls.cert", "begins on %s: browsers refuse it until then", leaf.NotBefore.Format(time.DateOnly))
	}
	if host := client.Hostname(c.Issuer); host != "" && d.fine("issuer") && leaf.VerifyHostname(host) != nil {
		d.warn("tls.cert", "is not for the issuer's host: browsers refuse it; it is for %s", strings.Join(leaf.DNSNames, ", "))
	}
	for i, h := range c.Hosts {
		if path := index("hosts", i) + ".url"; h.URL != "" && d.fine(path) && leaf.VerifyHostname(client.Hostname(h.URL)) != nil {
			d.warn("tls.cert", "is not for %s: browsers refuse it there; name a certificate that is for all hosts", d.safe(path, client.Hostname(h.URL)))
		}
	}
}

// keyPair reads the files that the keys cert and key of a section name.
func (d *decoder) keyPair(path, cert, key string) *tls.Certificate {
	certPEM, keyPEM := d.content(path+".cert", cert), d.content(path+".key", key)
	if certPEM == nil || keyPEM == nil {
		return nil
	}
	pair, err := tls.X509KeyPair(certPEM, keyPEM)
	if err == nil {
		return &pair
	}
	switch text := err.Error(); { // the package has no sentinels
	case strings.Contains(text, "does not match"):
		d.bad(path+".key", "does not belong to the certificate: name the key that it was made with")
	case strings.Contains(text, "in certificate input"), strings.Contains(text, "parse certificate"), strings.Contains(text, "x509: malformed"):
		d.bad(path+".cert", "is no certificate in PEM: it must begin with -----BEGIN CERTIFICATE-----")
	default:
		d.bad(path+".key", "is no private key in PEM that can be used: it must begin with -----BEGIN PRIVATE KEY----- and have no passphrase")
	}
	return nil
}

// content reads a file that a key names, or says why it cannot.
func (d *decoder) content(path, name string) []byte {
	data, err := d.read(name)
	if err != nil {
		d.bad(path, "%s: %s; the path is relative to the configuration file", d.show(path, name), fileTrouble(err))
		return nil
	}
	return data
}

// authorities adds the certificates of a file that a key names to pool.
func (d *decoder) authorities(path, name string, pool *x509.CertPool) {
	if data := d.content(path, name); data != nil && !pool.AppendCertsFromPEM(data) {
		d.bad(path, "holds no certificate in PEM: it must begin with -----BEGIN CERTIFICATE-----")
	}
}

// clientTLS is TLS to Redis.
func (d *decoder) clientTLS(t RedisTLS) *tls.Config {
	config := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: t.ServerName}
	if t.CA != "" {
		config.RootCAs = x509.NewCertPool()
		d.authorities("redis.tls.ca", t.CA, config.RootCAs)
	}
	switch {
	case (t.Cert == "") != (t.Key == ""):
		d.bad("redis.tls", "needs both cert and key, or neither")
	case t.Cert != "":
		if pair := d.keyPair("redis.tls", t.Cert, t.Key); pair != nil {
			config.Certificates = []tls.Certificate{*pair}
		}
	}
	return config
}
