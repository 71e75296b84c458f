package main

import (
	"context"
	"crypto/tls"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/login"
)

// served is a running hush serve and the folder of its files.
type served struct {
	t               *testing.T
	dir, addr, host string
	admin           string
	more            string // of the configuration
	log             *hushtest.Output
	stop            context.CancelFunc
	ended           chan error
}

var aliceHash = login.HashPassword("wonderland")

// text is a configuration with apps of these ids.
func (s *served) text(apps ...string) string {
	scheme, tls := "http", ""
	if s.host == "https" {
		scheme, tls = "https", "tls: {cert: tls.crt, key: tls.key}\n"
	}
	text := "issuer: " + scheme + "://" + s.addr + "/\nlisten: " + s.addr + "\n" + tls +
		"secrets: [\"${HUSH_TEST_SECRET}\"]\nredis: {mode: embedded}\nusers:\n  - username: alice\n    password_hash: " + aliceHash + "\nclients:\n"
	for _, id := range apps {
		text += "  - id: " + id + "\n    redirect_uris: [http://localhost:1/" + id + "]\n"
	}
	return text + s.more
}

// write replaces a file the way careful programs do.
func (s *served) write(name, text string) {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.WriteFile(path+".new", []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		s.t.Fatal(err)
	}
}

// start runs hush serve with apps of these ids until the test ends. Its files
// are looked at every 20 ms.
func start(t *testing.T, scheme string, apps ...string) *served {
	t.Helper()
	return startWith(t, scheme, "", apps...)
}

// startWith is start with more keys in the file.
func startWith(t *testing.T, scheme, more string, apps ...string) *served {
	t.Helper()
	t.Setenv("HUSH_TEST_SECRET", newSecret())
	before := pollEvery
	pollEvery = 20 * time.Millisecond
	addrs := freeAddrs(t, 2)
	s := &served{t: t, dir: t.TempDir(), addr: addrs[0], admin: addrs[1], host: scheme, more: more, log: &hushtest.Output{}, ended: make(chan error, 1)}
	if scheme == "https" {
		s.certificate("tls")
	}
	s.write("hush.yaml", s.text(apps...))
	ctx, stop := context.WithCancel(t.Context())
	s.stop = stop
	go func() {
		s.ended <- run(ctx, []string{"serve", "--config", filepath.Join(s.dir, "hush.yaml"), "--admin", addrs[1]}, nil, s.log, s.log)
	}()
	t.Cleanup(func() {
		stop()
		if err := <-s.ended; err != nil {
			t.Errorf("serve ended with %v", err)
		}
		pollEvery = before
	})
	get(t, "http://"+addrs[1]+"/readyz")
	return s
}

// certificate writes one for localhost to name.crt and name.key and returns
// its serial number.
func (s *served) certificate(name string) *big.Int {
	s.t.Helper()
	cert, key := hushtest.Certificate(s.t, "localhost", time.Hour)
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		s.t.Fatal(err)
	}
	s.write(name+".key", string(key))
	s.write(name+".crt", string(cert))
	return pair.Leaf.SerialNumber
}

// until waits for something to become true.
func until(t *testing.T, what string, true func() bool) {
	t.Helper()
	within(t, time.Minute, what, true)
}

func within(t *testing.T, patience time.Duration, what string, true func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !true(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within %v", what, patience)
		}
	}
}

// says waits for a text in the log.
func (s *served) says(text string) {
	s.t.Helper()
	s.repeats(text, 1)
}

// repeats waits until a text is in the log so many times.
func (s *served) repeats(text string, times int) {
	s.t.Helper()
	until(s.t, "log of "+text, func() bool { return strings.Count(s.log.String(), text) >= times })
}
