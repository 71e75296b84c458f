package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/config"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/seal"
)

// said runs a command and returns what it prints.
func said(t *testing.T, stdin string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	var out, errs hushtest.Output
	err = run(t.Context(), args, strings.NewReader(stdin), &out, &errs)
	return out.String(), errs.String(), err
}

func TestCheck(t *testing.T) {
	t.Setenv("HUSH_TEST_SECRET", newSecret())
	s := &served{t: t, dir: t.TempDir(), addr: "localhost:8080", host: "http"}
	path := s.dir + "/hush.yaml"
	s.write("hush.yaml", s.text("shop"))
	out, stderr, err := said(t, "", "check", "--config", path)
	if err != nil || stderr != "" || !strings.HasSuffix(out, path+": ok: 1 app, 0 APIs, 1 user, 2 warnings\n") || !strings.Contains(out, "warning: "+path+":4: redis.mode: is embedded") {
		t.Errorf("%v\n%s%s", err, out, stderr)
	}

	s.write("hush.yaml", strings.Replace(s.text("shop"), "http://localhost:1/", "http://shop.example.com/", 1)+"color: blue\n")
	out, stderr, err = said(t, "", "check", "--config", path)
	if err == nil || err.Error() != path+" has 2 problems" || out != "" ||
		!regexp.MustCompile(`(?m)^\S+hush.yaml:10: clients\[0\]\.redirect_uris\[0\]: .*must be https.*\n\S+hush.yaml:11: color: .*$`).MatchString(stderr) {
		t.Errorf("%v\n%s%s", err, out, stderr)
	}
}

func TestSecret(t *testing.T) {
	one, _, err := said(t, "", "secret")
	two, _, _ := said(t, "", "secret")
	key, bad := seal.ParseSecret(one)
	if err != nil || bad != nil || len(key) != 32 || one == two {
		t.Errorf("%q %q: %v, %v", one, two, err, bad)
	}
}

// TestHashPassword: what it prints signs the user in, by way of the file.
func TestHashPassword(t *testing.T) {
	for stdin, password := range map[string]string{
		"correct horse\n": "correct horse", "no line end": "no line end", "windows\r\n": "windows", " spaces \nsecond line": " spaces ", "pä$${x}\n": "pä$${x}",
	} {
		hash, _, err := said(t, stdin, "hash-password")
		if err != nil {
			t.Fatal(err)
		}
		t.Setenv("HUSH_TEST_SECRET", newSecret())
		s := &served{t: t, dir: t.TempDir(), addr: "localhost:8080", host: "http"}
		s.write("hush.yaml", strings.Replace(s.text("shop"), aliceHash, strings.TrimSpace(hash), 1))
		c, err := config.Load(s.dir+"/hush.yaml", os.LookupEnv)
		if err != nil {
			t.Fatal(err)
		}
		users, err := login.NewDirectory(c.LoginUsers())
		if err != nil {
			t.Fatal(err)
		}
		a := login.NewAuthenticator([]byte("key of the test"))
		if _, err := a.Authenticate(t.Context(), users, "alice", password); err != nil {
			t.Errorf("%q: %v", stdin, err)
		}
		if _, err := a.Authenticate(t.Context(), users, "alice", password+"x"); !errors.Is(err, login.ErrCredentials) {
			t.Errorf("%q: %v", stdin, err)
		}
	}
	for stdin, want := range map[string]string{"": "empty", "\n": "empty", strings.Repeat("x", 1025): "longer than 1024", "\xff\n": "UTF-8"} {
		if out, _, err := said(t, stdin, "hash-password"); err == nil || !strings.Contains(err.Error(), want) || out != "" {
			t.Errorf("%.10q: %v", stdin, err)
		}
	}
}

func TestHashSecret(t *testing.T) {
	secret := "q83vEjRWeJCrze8SNFZ4kBx6"
	sum := sha256.Sum256([]byte(secret))
	if out, _, err := said(t, secret+"\n", "hash-secret"); err != nil || out != "sha256:"+hex.EncodeToString(sum[:])+"\n" {
		t.Errorf("%q, %v", out, err)
	}
	if _, _, err := said(t, "wonderland", "hash-secret"); err == nil || !strings.Contains(err.Error(), "22 characters") || strings.Contains(err.Error(), "wonderland") {
		t.Errorf("%v", err)
	}
	out, _, err := said(t, "", "hash-secret", "-generate")
	m := regexp.MustCompile(`^secret:      (\S+)\nsecret_hash: (\S+)\n$`).FindStringSubmatch(out)
	if err != nil || m == nil || config.HashSecret(m[1]) != m[2] || config.WeakSecret(m[1]) != "" {
		t.Errorf("%q, %v", out, err)
	}
}

// TestHelp: each command says how it is used, with an example.
func TestHelp(t *testing.T) {
	for _, name := range []string{"serve", "check", "health", "secret", "hash-password", "hash-secret"} {
		var help hushtest.Output
		err := run(t.Context(), []string{name, "-h"}, nil, io.Discard, &help)
		if !errors.Is(err, flag.ErrHelp) || !strings.Contains(help.String(), "Usage: hush "+name) || !strings.Contains(help.String(), "Example:") {
			t.Errorf("%s: %v\n%s", name, err, help.String())
		}
		if _, _, err := said(t, "", name, "x"); err == nil || !strings.Contains(err.Error(), "flags only") {
			t.Errorf("%s x: %v", name, err)
		}
		if !strings.Contains(usage, "hush "+name+" ") {
			t.Errorf("usage lacks %s", name)
		}
	}
}
