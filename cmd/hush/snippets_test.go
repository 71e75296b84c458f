package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/config"
	"github.com/hush-sso/hush/internal/hushtest"
)

// snippetBase completes what a snippet leaves out, by top-level key.
var snippetBase = map[string]string{
	"issuer":  "issuer: https://login.example.com/",
	"secrets": `secrets: ["${HUSH_SECRET}"]`,
	"redis":   `redis: {mode: single, addrs: ["127.0.0.1:6379"]}`,
	"clients": "clients:\n  - id: shop\n    redirect_uris: [https://shop.example.com/callback]",
}

// TestSnippets loads each part of a configuration that these pages show.
func TestSnippets(t *testing.T) {
	for _, page := range []string{"deployment.md", "session-policy.md"} {
		t.Run(page, func(t *testing.T) { loadSnippets(t, page) })
	}
}

func loadSnippets(t *testing.T, name string) {
	page, err := os.ReadFile("../../docs/" + name)
	if err != nil {
		t.Fatal(err)
	}
	_, parts, _ := strings.Cut(string(page), "<!-- checked as hush.yaml -->\n```yaml\n")
	n := 0
	for snippet := range strings.SplitSeq(parts, "<!-- checked as hush.yaml -->\n```yaml\n") {
		text, _, closed := strings.Cut(snippet, "```")
		if !closed {
			t.Fatalf("not closed: %s", snippet)
		}
		n++
		loads(t, complete(text))
	}
	if all := strings.Count(string(page), "```yaml"); n != all || n == 0 {
		t.Errorf("%d of %d parts are checked", n, all)
	}
}

// complete adds what a server needs and the snippet does not say.
func complete(snippet string) string {
	for key, line := range snippetBase {
		if !strings.HasPrefix(snippet, key+":") && !strings.Contains(snippet, "\n"+key+":") {
			snippet += line + "\n"
		}
	}
	return snippet
}

// loads requires that a configuration has no problems.
func loads(t *testing.T, text string) {
	t.Helper()
	dir := t.TempDir()
	cert, key := hushtest.Certificate(t, "login.example.com", time.Hour)
	for name, data := range map[string][]byte{
		"hush.yaml": []byte(text), "tls.crt": cert, "tls.key": key, "redis-ca.pem": cert, "redis.crt": cert, "redis.key": key,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	env := map[string]string{"HUSH_SECRET": newSecret(), "REDIS_PASSWORD": "x", "SENTINEL_PASSWORD": "y", "PORT": "8081"}
	if _, err := config.Load(filepath.Join(dir, "hush.yaml"), func(name string) (string, bool) { v, ok := env[name]; return v, ok }); err != nil {
		t.Errorf("%v\n%s", err, text)
	}
}
