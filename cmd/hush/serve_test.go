package main

import (
	"crypto/tls"
	"encoding/json"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
)

// authorize is the address at which an app's user would sign in.
func (s *served) authorize(id string) string {
	return s.host + "://" + s.addr + "/authorize?response_type=code&scope=openid&client_id=" + id + "&redirect_uri=http://localhost:1/" + id +
		"&code_challenge_method=S256&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
}

// knows tells whether an app can begin a sign-in.
func (s *served) knows(id string) bool {
	res, err := http.Get(s.authorize(id))
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return res.StatusCode == http.StatusOK && strings.Contains(string(body), `name="password"`)
}

// stale checks what the metrics say of the configuration in use.
func (s *served) stale(want int) {
	s.t.Helper()
	until(s.t, "hush_config_stale", func() bool {
		return strings.Contains(get(s.t, "http://"+s.admin+"/metrics"), "\nhush_config_stale "+strconv.Itoa(want)+"\n")
	})
}

func TestServe(t *testing.T) {
	s := start(t, "http", "shop")
	var discovery map[string]any
	if err := json.Unmarshal([]byte(get(t, "http://"+s.addr+"/.well-known/openid-configuration")), &discovery); err != nil || discovery["issuer"] != "http://"+s.addr+"/" {
		t.Errorf("discovery: %v, %v", discovery["issuer"], err)
	}
	if !s.knows("shop") || s.knows("other") {
		t.Error("the sign-in page is there for the registered app only")
	}
	for _, want := range []string{"hush serves", "redis=embedded", "no spare", "everyone is signed out"} {
		s.says(want)
	}
	if strings.Contains(s.log.String(), os.Getenv("HUSH_TEST_SECRET")) || strings.Contains(s.log.String(), aliceHash) {
		t.Error("the log holds a secret")
	}
}

func TestReload(t *testing.T) {
	s := start(t, "http", "shop")
	for i, how := range []struct {
		name   string
		notify func()
	}{
		{"file change", func() {}},
		{"SIGHUP", func() { syscall.Kill(os.Getpid(), syscall.SIGHUP) }},
	} {
		id := strings.ReplaceAll(strings.ToLower(how.name), " ", "-")
		s.write("hush.yaml", s.text("shop", id))
		how.notify()
		until(t, how.name+": new app", func() bool { return s.knows(id) })
		s.repeats(`configuration reloaded" because=`, i+1)
		s.stale(0)

		s.write("hush.yaml", strings.Replace(s.text("new-"+id), "users:", "usres:", 1)+"    type: secret\n")
		how.notify()
		s.repeats("did you mean users?", i+1)
		s.repeats("key=clients[0].type", i+1)
		s.repeats("the old one stays in use", i+1)
		s.stale(1)
		if !s.knows(id) || s.knows("new-"+id) {
			t.Errorf("%s: a broken file changed something", how.name)
		}
	}
	if n := strings.Count(s.log.String(), "configuration: holds one secret"); n != 1 {
		t.Errorf("%d times in the log what was said at the start", n)
	}
	s.write("hush.yaml", strings.Replace(s.text("shop"), "issuer:", "session: {idle: 1h}\nissuer:", 1))
	s.says(`these keys changed, which only a restart applies" keys=session`)
	until(t, "app is gone", func() bool { return !s.knows("sighup") })
}

// TestReloadHosts: a host is served from the moment at which it stands in the file.
func TestReloadHosts(t *testing.T) {
	s := start(t, "http", "shop")
	_, port, _ := net.SplitHostPort(s.addr)
	at := "http://127.0.0.1:" + port + "/"
	own := func() bool {
		return strings.Contains(get(t, at+".well-known/openid-configuration"), `"issuer":"`+at+`"`)
	}
	if own() {
		t.Fatal("there is a host that nobody named")
	}
	s.write("hush.yaml", s.text("shop")+"hosts: [{url: "+at+"}]\n")
	until(t, "the host is served", own)
	s.write("hush.yaml", s.text("shop")+"hosts: [{url: http://"+s.addr+"/b/}]\n")
	s.repeats("has the host name of issuer", 1)
	if !own() {
		t.Error("a broken file changed something")
	}
	s.write("hush.yaml", s.text("shop"))
	until(t, "the host is gone", func() bool { return !own() })
}

// TestReloadBySymlink replaces the file as Kubernetes does: hush.yaml is a link
// into a folder that is itself a link, and only that one is changed.
func TestReloadBySymlink(t *testing.T) {
	s := start(t, "http", "shop")
	for _, id := range []string{"one", "two"} {
		if err := os.Mkdir(filepath.Join(s.dir, id), 0o700); err != nil {
			t.Fatal(err)
		}
		s.write(id+"/hush.yaml", s.text(id))
		link := filepath.Join(s.dir, "data.new")
		if err := os.Symlink(id, link); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(link, filepath.Join(s.dir, "data")); err != nil {
			t.Fatal(err)
		}
		if id == "one" {
			os.Remove(filepath.Join(s.dir, "hush.yaml"))
			if err := os.Symlink("data/hush.yaml", filepath.Join(s.dir, "hush.yaml")); err != nil {
				t.Fatal(err)
			}
		}
		until(t, "app "+id, func() bool { return s.knows(id) })
	}
}

func TestServeTLS(t *testing.T) {
	s := start(t, "https", "shop")
	first := s.serial()
	if s.protocol() != "h2" {
		t.Error("no HTTP/2")
	}
	// A certificate with the key of another is never used.
	s.certificate("other")
	data, err := os.ReadFile(filepath.Join(s.dir, "other.crt"))
	if err != nil {
		t.Fatal(err)
	}
	s.write("tls.crt", string(data))
	s.says("does not belong to the certificate")
	if s.serial().Cmp(first) != 0 {
		t.Error("a broken pair is in use")
	}
	next := s.certificate("tls")
	until(t, "new certificate", func() bool { return s.serial().Cmp(next) == 0 })
}

func (s *served) dial() *tls.Conn {
	s.t.Helper()
	conn, err := tls.Dial("tcp", s.addr, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2", "http/1.1"}})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { conn.Close() })
	return conn
}

func (s *served) serial() *big.Int {
	conn := s.dial()
	defer conn.Close()
	return conn.ConnectionState().PeerCertificates[0].SerialNumber
}

func (s *served) protocol() string {
	conn := s.dial()
	defer conn.Close()
	return conn.ConnectionState().NegotiatedProtocol
}

func TestServeRefuses(t *testing.T) {
	s := &served{t: t, dir: t.TempDir(), addr: "localhost:1", host: "http"}
	s.write("hush.yaml", "issuer: nowhere\n")
	for _, c := range []struct{ args, want, print string }{
		{"serve --config " + s.dir + "/hush.yaml", "has 3 problems", "hush.yaml:1: issuer: "},
		{"serve --config " + s.dir + "/none.yaml", "has 1 problem", "there is no such file"},
		{"serve --log xml", "--log must be", ""},
		{"serve now", "flags only", ""},
	} {
		var stderr hushtest.Output
		err := run(t.Context(), strings.Fields(c.args), nil, io.Discard, &stderr)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(stderr.String(), c.print) {
			t.Errorf("%s: %v\n%s", c.args, err, stderr.String())
		}
	}
}
