// Package slapdtest gives tests a real OpenLDAP server of their own, on free loopback
// ports, gone when the test ends. Start one for many cases: it takes a second.
//
// Everybody in it has the password [Password]. It answers binds that prove nothing as if
// they were right, as servers do that are set up so.
package slapdtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	_ "embed"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/hush-sso/hush/internal/freeport"
)

// What stands in the directory.
const (
	Password        = "looking-glass"
	Suffix          = "dc=corp,dc=test"
	People          = "ou=people," + Suffix
	Groups          = "ou=groups," + Suffix
	Service         = "cn=hush,ou=services," + Suffix
	ServicePassword = "white-rabbit"
)

//go:embed people.ldif
var people string

//go:embed slapd.conf
var settings string

// Server is one private slapd.
type Server struct {
	Plain, TLS string         // its addresses: ldap://, which can StartTLS, and ldaps://
	Roots      *x509.CertPool // that its certificate is by
	RootFile   string         // the same in PEM
	t          testing.TB
	dir        string
	cmd        *exec.Cmd
	ended      chan struct{} // closed when cmd is
}

// Start starts a slapd and ends it with the test.
func Start(t testing.TB) *Server {
	t.Helper()
	s := &Server{t: t, dir: t.TempDir()}
	t.Cleanup(s.Kill)
	s.certify()
	s.write("slapd.conf", strings.ReplaceAll(settings, "@DIR@", s.dir))
	s.write("people.ldif", people)
	if err := os.Mkdir(filepath.Join(s.dir, "data"), 0o700); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(find(t, "slapadd"), "-f", s.path("slapd.conf"), "-l", s.path("people.ldif")).CombinedOutput()
	if err != nil {
		t.Fatalf("slapadd: %v\n%s", err, out)
	}
	for range 5 { // a free port may be taken before the server has it
		s.Plain, s.TLS = "ldap://127.0.0.1:"+freeport.Take(t), "ldaps://127.0.0.1:"+freeport.Take(t)
		if err = s.start(); err == nil {
			return s
		}
	}
	t.Fatalf("start slapd: %v", err)
	return nil
}

// Kill ends the server at once; connections to it are then refused.
func (s *Server) Kill() {
	if s.cmd == nil {
		return
	}
	s.cmd.Process.Kill()
	<-s.ended
	s.cmd = nil
}

// Restart starts it again after Kill, with what it held and at the same addresses.
func (s *Server) Restart() {
	s.t.Helper()
	s.Kill()
	if err := s.start(); err != nil {
		s.t.Fatalf("restart slapd: %v", err)
	}
}

func (s *Server) start() error {
	// With -d it stays in the foreground.
	cmd := exec.Command(find(s.t, "slapd"), "-d", "0", "-h", s.Plain+"/ "+s.TLS+"/", "-f", s.path("slapd.conf"))
	dieWithParent(cmd)
	if err := cmd.Start(); err != nil {
		return err
	}
	s.cmd, s.ended = cmd, make(chan struct{})
	go func() { defer close(s.ended); cmd.Wait() }()
	if err := s.await(time.Minute); err != nil {
		s.Kill()
		return err
	}
	return nil
}

// await returns when the server answers to the service's password, or ended.
func (s *Server) await(patience time.Duration) error {
	var err error
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		var conn *ldap.Conn
		if conn, err = ldap.DialURL(s.Plain); err != nil {
			select {
			case <-s.ended:
				return fmt.Errorf("it ended: %w", err)
			default:
				continue
			}
		}
		err = conn.Bind(Service, ServicePassword)
		conn.Close()
		return err
	}
	return fmt.Errorf("no answer in %v: %w", patience, err)
}

// certify writes a certificate for 127.0.0.1, by itself.
func (s *Server) certify() {
	s.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	about := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "slapdtest"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, about, about, key.Public(), key)
	if err != nil {
		s.t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		s.t.Fatal(err)
	}
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	s.write("cert.pem", string(certificate))
	s.RootFile = s.path("cert.pem")
	s.write("key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})))
	s.Roots = x509.NewCertPool()
	s.Roots.AppendCertsFromPEM(certificate)
}

func (s *Server) path(name string) string { return filepath.Join(s.dir, name) }

func (s *Server) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(s.path(name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// find looks where Debian has it, too: no user's PATH leads there.
func find(t testing.TB, name string) string {
	t.Helper()
	for _, at := range []string{name, "/usr/sbin/" + name} {
		if path, err := exec.LookPath(at); err == nil {
			return path
		}
	}
	t.Fatalf("install slapd for %s, or run make test which installs it", name)
	return ""
}
