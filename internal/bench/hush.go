package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/hush-sso/hush/internal/login"
)

// issuer and host are what every request is made for: TLS ends before hush, as behind
// any proxy.
const (
	host   = "login.example.com"
	issuer = "https://" + host + "/"
	app    = "https://app.example.com"
)

const username, password = "alice", "wonderland"

// setup is a configuration of hush.
type setup struct {
	redis   string // its redis group
	secret  string // base64 of 32 bytes
	hash    string // of the password
	clients int    // beside those of the kinds
}

func newSetup(redis string) setup {
	key := make([]byte, 32)
	rand.Read(key)
	return setup{redis: redis, secret: base64.StdEncoding.EncodeToString(key), hash: login.HashPassword(password)}
}

func single(addr string) string { return fmt.Sprintf("{mode: single, addrs: [%q]}", addr) }

func clustered(addrs []string) string {
	quoted := make([]string, len(addrs))
	for i, a := range addrs {
		quoted[i] = strconv.Quote(a)
	}
	return "{mode: cluster, addrs: [" + strings.Join(quoted, ", ") + "]}"
}

// yaml is the configuration file of one node.
func (s setup) yaml(listen, admin string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "issuer: %s\nlisten: %s\nadmin: {listen: %q}\nsecrets: [%q]\nredis: %s\ntrusted_proxies: [127.0.0.1]\ntokens: {code: 10m}\n", issuer, listen, admin, s.secret, s.redis)
	b.WriteString("apis:\n")
	for _, alg := range []string{"ES256", "RS256"} {
		fmt.Fprintf(&b, "  - {audience: %q, scopes: {read: Read}, signing_alg: %s, skip_consent_for_first_party: true}\n", audience(alg), alg)
	}
	b.WriteString("clients:\n")
	const client = "  - {id: %s, first_party: true, redirect_uris: [%q], grant_types: [authorization_code, implicit], response_types: [code, \"id_token token\"], id_token_signing_alg: %s}\n"
	for _, k := range kinds {
		fmt.Fprintf(&b, client, k.client, app+"/callback", k.idToken)
	}
	for n := range s.clients {
		fmt.Fprintf(&b, client, more(n), app+"/callback", "ES256")
	}
	fmt.Fprintf(&b, "users:\n  - {username: %s, password_hash: %q, claims: {name: Alice Example, email: alice@example.com, email_verified: true}}\n", username, s.hash)
	return b.String()
}

// more is the n-th client beside those of the kinds.
func more(n int) string { return "more-" + strconv.Itoa(n) }

func audience(alg string) string { return "https://" + strings.ToLower(alg) + ".api.example.com" }

// build makes the program as it is made for production; with profiles, so that
// SIGUSR1 starts and ends one.
func (b *bench) build(ctx context.Context) error {
	if b.hush != "" {
		return nil
	}
	b.hush = filepath.Join(b.dir, "hush")
	args := []string{"build", "-trimpath", "-o", b.hush}
	if b.profile != "" {
		args = append(args, "-tags", "profile")
	}
	cmd := exec.CommandContext(ctx, "go", append(args, "github.com/hush-sso/hush/cmd/hush")...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := startOn(b.cores, cmd); err != nil {
		return err
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("build hush: %w: %s", err, out.String())
	}
	return nil
}

// startHush runs a node on the server's core and returns when it is ready.
func (b *bench) startHush(ctx context.Context, s setup) (*target, error) {
	listen, err := freeAddr()
	if err != nil {
		return nil, err
	}
	admin, err := freeAddr()
	if err != nil {
		return nil, err
	}
	config := filepath.Join(b.dir, fmt.Sprintf("hush-%d.yaml", len(b.parts)))
	if err := os.WriteFile(config, []byte(s.yaml(listen, admin)), 0o600); err != nil {
		return nil, err
	}
	p, err := b.start("hush", b.servers(), b.hush, "serve", "--config", config, "--log", b.log)
	if err != nil {
		return nil, err
	}
	t := &target{name: "hush", addr: listen, process: p}
	return t, p.await(ctx, func() error { return ready(ctx, "http://"+admin+"/readyz") })
}

// ready asks an address that answers 200 to who is ready.
func ready(ctx context.Context, url string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, resp.Status)
	}
	return nil
}
