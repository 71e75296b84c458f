package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

//go:embed peer
var peerFiles embed.FS

// peerName is the provider that renewals are measured of for comparison. Its version
// stands in peer/package.json.
const peerName = "node-oidc-provider"

// peer measures the silent renewals of another provider whose sessions are in Redis.
func peer(ctx context.Context, b *bench) (*report, error) {
	s, err := b.newSite(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer b.stopSince(0)
	if s.hush, err = b.startPeer(ctx, s.addrs[0]); err != nil {
		return nil, err
	}
	t := table{head: []string{"Silent renewal", "Connections"}}
	for _, h := range duelHead {
		t.head = append(t.head, strings.ReplaceAll(h, "Hush", peerName))
	}
	for _, k := range kinds {
		if !b.only.MatchString(k.client) {
			continue
		}
		k.resource = true
		b.say("%s at %s", k.name, peerName)
		s.hush.cookies = nil
		for range b.sessions {
			cookies, err := signInPeer(ctx, s.hush.addr, k)
			if err != nil {
				return nil, fmt.Errorf("signing in at %s: %w", peerName, err)
			}
			s.hush.cookies = append(s.hush.cookies, cookies)
		}
		d, err := b.compare(s, s.renewing(ctx, b.conns, b.round, k))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", k.name, err)
		}
		t.add(append([]string{k.name, fmt.Sprint(b.conns)}, d.row()...)...)
	}
	both, err := s.memory()
	if err != nil {
		return nil, err
	}
	r := b.report("peer", t, both)
	r.terms += fmt.Sprintf(" %s is version %s, on Node %s.", peerName, installed(b.dir), strings.TrimSpace(outputOf("node", "--version")))
	return r, nil
}

// startPeer installs the other provider and runs it on the server's core.
func (b *bench) startPeer(ctx context.Context, redisAddr string) (*target, error) {
	files, err := fs.Sub(peerFiles, "peer")
	if err != nil {
		return nil, err
	}
	dir := peerDir(b.dir)
	if err := os.CopyFS(dir, files); err != nil {
		return nil, err
	}
	b.say("installing %s", peerName)
	npm := exec.CommandContext(ctx, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
	npm.Dir = dir
	if out, err := npm.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("npm ci: %w: %s", err, out)
	}
	listen, err := freeAddr()
	if err != nil {
		return nil, err
	}
	_, port, _ := net.SplitHostPort(listen)
	_, redisPort, _ := net.SplitHostPort(redisAddr)
	p, err := b.start(peerName, b.servers(), "node", filepath.Join(dir, "server.mjs"), port, redisPort, strings.TrimSuffix(issuer, "/"), app+"/callback")
	if err != nil {
		return nil, err
	}
	return &target{name: peerName, addr: listen, process: p}, p.await(ctx, func() error {
		return ready(ctx, "http://"+listen+"/.well-known/openid-configuration")
	})
}

func peerDir(dir string) string { return filepath.Join(dir, "peer") }

// installed is the version of the other provider.
func installed(dir string) string {
	text, _ := os.ReadFile(filepath.Join(peerDir(dir), "package.json"))
	_, rest, _ := strings.Cut(string(text), `"oidc-provider":"`)
	v, _, _ := strings.Cut(rest, `"`)
	return v
}

func outputOf(name string, args ...string) string {
	out, _ := exec.Command(name, args...).Output()
	return string(out)
}

// signInPeer goes through the other provider's form and returns the Cookie header of the
// browser, in which the app took part.
func signInPeer(ctx context.Context, addr string, k kind) (string, error) {
	jar := map[string]string{}
	path := "/authorize?" + parameters(k, "").Encode()
	var body io.Reader
	for range 5 {
		method := http.MethodGet
		if strings.HasPrefix(path, "/interaction/") {
			method, body = http.MethodPost, strings.NewReader(url.Values{"prompt": {"login"}, "login": {username}, "password": {password}}.Encode())
		}
		resp, page, err := send(ctx, method, "http://"+addr+path, body, cookiesOf(jar)...)
		if err != nil {
			return "", err
		}
		body = nil
		for _, c := range resp.Cookies() {
			jar[c.Name] = c.Value
		}
		if strings.Contains(page, k.want[0]) {
			return "_session=" + jar["_session"] + "; _session.sig=" + jar["_session.sig"], nil
		}
		to, err := resp.Location()
		if err != nil {
			return "", fmt.Errorf("status %s: %s", resp.Status, page)
		}
		path = to.RequestURI()
	}
	return "", errors.New("no end of redirects")
}

func cookiesOf(jar map[string]string) (list []*http.Cookie) {
	for name, value := range jar {
		list = append(list, &http.Cookie{Name: name, Value: value})
	}
	return list
}
