package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redistest"
)

// TestKeys walks through the commands as an operator does.
func TestKeys(t *testing.T) {
	d := newDesk(t)
	keys := func(args string) (of map[string]string) {
		t.Helper()
		var shown shownKeys
		if err := json.Unmarshal([]byte(d.says(words(args+" --json"))), &shown); err != nil {
			t.Fatal(err)
		}
		of = map[string]string{}
		for _, k := range shown.Items {
			of[k.Alg+" "+k.State] = k.KID
		}
		return of
	}
	before := keys("keys list")
	d.says(words("keys list"), "KEY ", "ALGORITHM  STATE   CREATED", before["RS256 active"]+"  RS256      active")
	next := keys("keys rotate --algorithm EdDSA")
	if len(next) != 4 || next["EdDSA active"] != before["EdDSA active"] {
		t.Errorf("%v", next)
	}
	now := keys("keys rotate --now --algorithm EdDSA")
	if now["EdDSA active"] != next["EdDSA next"] || now["EdDSA retired"] != before["EdDSA active"] {
		t.Errorf("%v", now)
	}
	out := d.says([]string{"keys", "retire", now["EdDSA active"]}, "is good for nothing any more")
	if strings.Count(out, now["EdDSA active"]) != 1 {
		t.Errorf("it is still there:\n%s", out)
	}
	for args, want := range map[string]string{
		"keys": "hush keys needs one of: list, rotate, retire, export", "keys retire": "takes KID", "keys retire x": "There is no key with this kid",
		"keys rotate x": "takes flags only", "keys rotate --algorithm none": "algorithm must be one of", "keys export": "needs --to FILE",
	} {
		args := words(args)
		if len(args) > 1 && args[1] != "export" {
			args = append(args, "--admin", d.admin.URL)
		}
		if _, _, err := said(t, "", args...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", args, err, want)
		}
	}
}

// TestExportKeys: what a node on a real Redis has made is written to a file that only
// its owner reads, and serves as keys.files.
func TestExportKeys(t *testing.T) {
	redis := redistest.Server(t)
	dir, secret := t.TempDir(), newSecret()
	t.Setenv("HUSH_TEST_SECRET", secret)
	write := func(name, more string) string {
		text := "issuer: https://login.example.com/\nsecrets: [\"${HUSH_TEST_SECRET}\"]\nredis: {mode: single, addrs: [\"" + redis.Addr() + "\"]}\n" + more +
			"users:\n  - username: alice\n    password_hash: " + aliceHash + "\nclients:\n  - id: shop\n    redirect_uris: [https://shop.example.com/cb]\n"
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	path, to := write("hush.yaml", ""), filepath.Join(dir, "keys.pem")
	if _, _, err := said(t, "", "keys", "export", "--config", path, "--to", to); err == nil || !strings.Contains(err.Error(), "holds no signing keys yet") {
		t.Fatalf("of an empty Redis: %v", err)
	}
	loadKeysOnce(t, path)
	_, stderr, err := said(t, "", "keys", "export", "--config", path, "--pem", "--to", to)
	if err != nil || !strings.Contains(stderr, "in the clear") {
		t.Fatalf("%v %s", err, stderr)
	}
	if info, err := os.Stat(to); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	if _, _, err := said(t, "", "keys", "export", "--config", path, "--to", to); err == nil {
		t.Error("a file was overwritten")
	}
	if _, _, err := said(t, "", "keys", "export", "--config", path, "--to", to+".sealed"); err != nil {
		t.Error(err)
	}
	if sealed, err := os.ReadFile(to + ".sealed"); err != nil || strings.Contains(string(sealed), "PRIVATE") {
		t.Errorf("it is not sealed: %v", err)
	}
	if _, stderr, err := said(t, "", "check", "--config", write("files.yaml", "keys: {files: [keys.pem]}\n")); err != nil {
		t.Errorf("%v %s", err, stderr)
	}
	if _, stderr, err := said(t, "", "check", "--config", write("both.yaml", "keys: {files: [keys.pem], rotate_every: 90d}\n")); err == nil || !strings.Contains(stderr, "remove one of the two") {
		t.Errorf("%v %s", err, stderr)
	}
}

// loadKeysOnce has a node of the configuration make the keys.
func loadKeysOnce(t *testing.T, path string) {
	t.Helper()
	c, err := load(path, os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	o := options(c)
	o.HashApart = false
	if o.Store, err = openStore(c); err != nil {
		t.Fatal(err)
	}
	defer o.Store.Close()
	p, err := provider.New(o)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := p.LoadKeys(t.Context()); err != nil {
		t.Fatal(err)
	}
}
