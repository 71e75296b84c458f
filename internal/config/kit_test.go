package config

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/hushtest"
)

const (
	goodAdmin  = "an-admin-token-of-forty-characters-0123"
	goodSalt   = "GzJXb/SuUcafr+UqnwYsUaX0tjt/+ZQ3xzuVevqA3/E="
	goodSecret = "q83vEjRWeJCrze8SNFZ4kBx6xsp2dfC8K4mFdQ0X5l4="
	goodKeys   = `{"keys": [{"kty": "EC", "crv": "P-256", "x": "26Cx8YfWM3hg2Vm6Qg3lnGkuQxZKVfHRd45eCzuHyZU", "y": "8DZmfhdpqvMKqfHtq7UauDNuBb8DH5SDw3hmQuSHiGs"}]}`
	goodHash   = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
)

const aRule = "function (user, context, callback) { callback(null, user, context); }\n"

// env is the environment of the tests.
func env(more map[string]string) func(string) (string, bool) {
	all := map[string]string{"HUSH_SECRET": goodSecret, "HUSH_ADMIN_TOKEN": goodAdmin, "VALUE": "value"}
	for k, v := range more {
		all[k] = v
	}
	return func(name string) (string, bool) { v, ok := all[name]; return v, ok }
}

// write puts a configuration and a certificate into a new folder.
func write(t testing.TB, text string) string {
	t.Helper()
	dir := t.TempDir()
	cert, key := hushtest.Certificate(t, "login.example.com", time.Hour)
	_, other := hushtest.Certificate(t, "login.example.com", time.Hour)
	old, oldKey := hushtest.Certificate(t, "login.example.com", -time.Hour)
	for name, data := range map[string][]byte{
		"hush.yaml": []byte(text), "tls.crt": cert, "tls.key": key, "other.key": other, "old.crt": old, "old.key": oldKey, "empty.pem": nil,
		"rules/1-roles.js": []byte(aRule), "rules/2-deny.js": []byte(aRule),
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "hush.yaml")
}

// problems loads a text and returns what is wrong with it.
func problems(t testing.TB, text string, more map[string]string) Problems {
	t.Helper()
	_, err := Load(write(t, text), env(more))
	var list Problems
	if err != nil && !errors.As(err, &list) {
		t.Fatalf("not Problems: %v", err)
	}
	return list
}

// good loads a text that must load.
func good(t testing.TB, text string, more map[string]string) *Config {
	t.Helper()
	c, err := Load(write(t, text), env(more))
	if err != nil {
		t.Fatalf("does not load:\n%v", err)
	}
	return c
}

// lineOf returns the line in which a text stands first.
func lineOf(text, part string) int {
	before, _, _ := bytes.Cut([]byte(text), []byte(part))
	return bytes.Count(before, []byte("\n")) + 1
}
