package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/url"
	"time"
)

// connection is what a TLS handshake showed.
type connection struct {
	err     error // it failed
	trust   error // the certificate is not good for the host
	leaf    *x509.Certificate
	version uint16
	old     bool // TLS 1.1 or older is spoken too
}

// look makes two handshakes: one that judges the certificate, and one as an old
// program makes it.
func look(ctx context.Context, o *Options, u *url.URL) connection {
	state, err := shake(ctx, o, u, &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: true}) //nolint:gosec // verified below
	if err != nil {
		return connection{err: err}
	}
	if len(state.PeerCertificates) == 0 {
		return connection{err: errors.New("no certificate came")}
	}
	c := connection{leaf: state.PeerCertificates[0], version: state.Version}
	between := x509.NewCertPool()
	for _, cert := range state.PeerCertificates[1:] {
		between.AddCert(cert)
	}
	_, c.trust = c.leaf.Verify(x509.VerifyOptions{DNSName: u.Hostname(), Roots: o.Roots, Intermediates: between, CurrentTime: o.Now()})
	_, err = shake(ctx, o, u, &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11, InsecureSkipVerify: true}) //nolint:gosec // that is what is asked
	c.old = err == nil
	return c
}

func shake(ctx context.Context, o *Options, u *url.URL, config *tls.Config) (tls.ConnectionState, error) {
	ctx, cancel := context.WithTimeout(ctx, o.Timeout)
	defer cancel()
	port := u.Port()
	if port == "" {
		port = "443"
	}
	raw, err := o.Dial(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return tls.ConnectionState{}, plainly(err)
	}
	defer raw.Close()
	config.ServerName = u.Hostname()
	conn := tls.Client(raw, config)
	if err := conn.HandshakeContext(ctx); err != nil {
		return tls.ConnectionState{}, plainly(err)
	}
	return conn.ConnectionState(), nil
}

// The time that a certificate should have left.
const (
	soon   = 14 * 24 * time.Hour
	urgent = 3 * 24 * time.Hour
)
