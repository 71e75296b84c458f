package hushtest

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/egress"
)

// Host is a server of somebody else, https on 127.0.0.1, that no authority of
// the system has certified.
type Host struct {
	*httptest.Server
	Roots *x509.CertPool // what certifies it
	Calls atomic.Int64   // that reached it
}

// ServeTLS starts a Host that goes by a name too, and ends it with the test.
func ServeTLS(t testing.TB, name string, h http.HandlerFunc) *Host {
	t.Helper()
	s := &Host{Roots: x509.NewCertPool()}
	cert, key := Certificate(t, name, time.Hour)
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil || !s.Roots.AppendCertsFromPEM(cert) {
		t.Fatal(err)
	}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.Calls.Add(1)
		h(w, r)
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	s.StartTLS()
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	return s
}

// Egress lets a provider reach the host.
func (h *Host) Egress() egress.Options {
	return egress.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, Roots: h.Roots}
}
