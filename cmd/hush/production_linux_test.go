package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/doctor"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/session"
)

const productionFolder = "../../docs/examples/production"

// production is the production example on addresses of the loopback network:
// 10.89.1.11 is 127.a.b.11 here, on the same ports.
type production struct {
	t        *testing.T
	dir      string
	net      string // "127.a.b."
	env      map[string]string
	services map[string]*service
	running  map[string]*container
}

func newProduction(t *testing.T) *production {
	t.Helper()
	p := &production{
		t: t, dir: t.TempDir(), net: fmt.Sprintf("127.%d.%d.", 2+rand.IntN(200), 2+rand.IntN(200)),
		env: exampleEnv(t, productionFolder+"/.env.example"), running: map[string]*container{},
	}
	p.services = loadCompose(t, productionFolder+"/docker-compose.yml", p.env).Services
	return p
}

// swap is what stands for the container's paths and addresses.
func (p *production) swap(name string) *strings.Replacer {
	dir := p.dir + "/" + name
	own := "127.0.0.1"
	if number, ok := strings.CutPrefix(name, "hush-"); ok {
		own = p.net + "1" + number
	}
	return strings.NewReplacer(
		"10.89.1.", p.net, "10.89.2.", p.net,
		"cd /data", "cd "+dir, "/usr/local/bin/", dir+"/", "/etc/hush/", dir+"/", "/etc/nginx/", dir+"/",
		"listen: :8080", "listen: "+own+":8080", `listen: ":9090"`, `listen: "`+own+`:9090"`, "127.0.0.1:9090", own+":9090",
		"/tmp", dir, "listen 8443", "listen "+p.net+"10:8443", "listen 8080", "listen "+p.net+"10:8080",
		"127.0.0.1:8081", p.net+"10:8081", "/dev/stdout", "stderr", "access_log /dev/stdout path", "access_log "+dir+"/access.log path",
	)
}

// start runs a service.
func (p *production) start(name string) {
	p.t.Helper()
	if p.running[name] == nil {
		c := &container{t: p.t, name: name, service: p.services[name], swap: p.swap(name)}
		// As the example, in less time.
		c.Environment["DOWN_AFTER"], c.Environment["FAILOVER_TIMEOUT"] = "500", "3000"
		p.running[name] = c
	}
	p.running[name].start()
}

// startAll runs services that wait for each other.
func (p *production) startAll(names ...string) {
	p.t.Helper()
	for _, name := range names {
		p.files(name)
		p.start(name)
	}
	for _, name := range names {
		p.running[name].healthy()
	}
}

// files puts what the service mounts into its folder.
func (p *production) files(name string) {
	p.t.Helper()
	kind, _, _ := strings.Cut(name, "-")
	for from, to := range map[string]string{
		"redis": "/redis.sh", "sentinel": "/sentinel.sh", "hush": "/hush/hush.yaml", "nginx": "/nginx.conf",
	} {
		if from == kind {
			target := p.dir + "/" + name + strings.TrimPrefix(to, "/hush")
			put(p.t, productionFolder+to, target, p.swap(name))
		}
	}
	if kind == "hush" {
		p.knowAlice(name)
	}
}

// TestProductionCheck: hush check finds nothing wrong with the example.
func TestProductionCheck(t *testing.T) {
	for name, value := range exampleEnv(t, productionFolder+"/.env.example") {
		t.Setenv(name, value)
	}
	if out, stderr, err := said(t, "", "check", "--config", productionFolder+"/hush/hush.yaml"); err != nil || !strings.Contains(out, ": ok: 1 app, 1 API, 1 user") {
		t.Errorf("%v\n%s%s", err, out, stderr)
	}
}

// failover is how long one may take: where no sentinel gets enough votes the first time,
// the next try is after twice the example's failover-timeout of 30 s.
const failover = 4 * time.Minute

// TestProduction signs in at the production example, takes its primary away and
// is still signed in; then one of the nodes.
func TestProduction(t *testing.T) {
	p := newProduction(t)
	p.startAll("redis-1", "redis-2", "redis-3")
	p.startAll("sentinel-1", "sentinel-2", "sentinel-3")
	p.trustClocks()
	p.startAll("hush-1", "hush-2")
	entrance := p.entrance()

	agent := hushtest.NewAgent(t, "https://login.example.com/", entrance)
	request := url.Values{
		"client_id": {"shop"}, "redirect_uri": {"https://shop.example.com/callback"}, "response_type": {"code"}, "scope": {"openid"},
		"code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"},
	}
	examined(t, entrance)
	agent.Authorize(request)
	if reply := agent.SignIn("alice", "wonderland"); reply.Answer == nil || reply.Answer.Params["code"] == "" {
		t.Fatalf("sign-in: %d %s\n%s", reply.Status, reply.Body, p.running["hush-1"].log.String())
	}

	p.running["redis-1"].kill()
	request.Set("prompt", "none")
	within(t, failover, "silent answers after the failover", func() bool {
		answer := agent.Authorize(request).Answer
		if answer != nil && answer.Params["error"] == "login_required" {
			t.Fatalf("a failover looks like a sign-out: %+v", answer)
		}
		return answer != nil && answer.Params["code"] != ""
	})
	p.start("redis-1") // as docker restarts it, believing that it is the primary
	within(t, failover, "the old primary follows", func() bool {
		out, err := p.running["redis-1"].command([]string{"sh", "-c", "REDISCLI_AUTH=$REDIS_ADMIN_PASSWORD exec redis-cli --user admin -h $ADDR info replication"}).Output()
		return err == nil && strings.Contains(string(out), "role:slave") && strings.Contains(string(out), "master_link_status:up")
	})
	p.running["hush-1"].healthy()
	p.running["hush-2"].healthy()

	p.running["hush-1"].stop()
	if answer := agent.Authorize(request).Answer; answer == nil || answer.Params["code"] == "" {
		t.Errorf("with one node: %+v", answer)
	}
	for name, c := range p.running {
		for _, key := range []string{"HUSH_SECRET", "HUSH_SECRET_BEFORE", "REDIS_PASSWORD", "REDIS_ADMIN_PASSWORD", "SENTINEL_PASSWORD"} {
			if strings.Contains(c.log.String(), p.env[key]) {
				t.Errorf("%s logs %s", name, key)
			}
		}
	}
}

// examined requires that hush doctor finds nothing to mend but the certificate, which
// is of the test.
func examined(t *testing.T, entrance http.RoundTripper) {
	t.Helper()
	nginx, ok := entrance.(*http.Transport)
	if !ok {
		return // it is not installed
	}
	r, err := doctor.Examine(t.Context(), doctor.Options{
		URL: "https://login.example.com/", ClientID: "shop", RedirectURI: "https://shop.example.com/callback",
		Roots: nginx.TLSClientConfig.RootCAs, Dial: nginx.DialContext,
	})
	if err != nil || !r.Hush {
		t.Fatal(r, err)
	}
	for _, f := range r.Findings {
		if f.Level != doctor.OK && f.Check != "tls.expiry" {
			t.Errorf("hush doctor: %+v", f)
		}
	}
}

// TestProductionRestart: what scripts wrote is there when Redis has read its log
// again, which it does as its user default.
func TestProductionRestart(t *testing.T) {
	p := newProduction(t)
	p.startAll("redis-1", "redis-2") // one alone takes no writes
	redis := p.running["redis-1"]
	node, admin := p.redisAs("hush", "REDIS_PASSWORD"), p.redisAs("admin", "REDIS_ADMIN_PASSWORD")
	h, before := signedIn(t, node)
	kept := sessions(t, admin)

	redis.stop()
	p.start("redis-1")
	redis.healthy()
	node, admin = p.redisAs("hush", "REDIS_PASSWORD"), p.redisAs("admin", "REDIS_ADMIN_PASSWORD")
	compare(t, "sessions in Redis", sessions(t, admin), kept)
	after, _, err := node.Resolve(t.Context(), session.Query{Handle: h, ClientID: "shop"})
	if err != nil {
		t.Error(err)
	}
	compare(t, "session", after, before)
	if strings.Contains(redis.log.String(), "NOPERM") {
		t.Errorf("Redis refuses what is in its log:\n%s", redis.log.String())
	}
	for _, user := range []string{"", "default"} {
		if err := p.redisAs(user, "").Ping(t.Context()); err == nil {
			t.Errorf("anybody is let in as %q", user)
		}
	}
}

// redisAs opens the first Redis as one of its users.
func (p *production) redisAs(user, password string) *redisstore.Store {
	s := redisstore.Open(redisstore.Options{Addrs: []string{p.net + "21:6379"}, Username: user, Password: p.env[password]})
	p.t.Cleanup(func() { s.Close() })
	return s
}

// signedIn makes a session that an app took part in.
func signedIn(t *testing.T, s *redisstore.Store) (session.Handle, session.Session) {
	t.Helper()
	h := session.Handle{Key: session.Key{1}, Secret: session.Secret{2}}
	record := session.Record{
		Handle: h, SID: "sid", UserID: "alice", ACR: "1", AMR: []string{"pwd"}, Group: "default",
		Limits: session.Limits{Idle: 72 * time.Hour, Lifetime: 168 * time.Hour},
	}
	until(t, "a replica", func() bool { return s.Create(t.Context(), record) == nil })
	err := s.Activate(t.Context(), h.Key)
	_, part := s.Participate(t.Context(), h.Key, "shop", oauth.NewGrants("", []string{"openid"}))
	found, _, resolved := s.Resolve(t.Context(), session.Query{Handle: h, ClientID: "shop", Activity: true})
	if err := errors.Join(err, part, resolved); err != nil {
		t.Fatal(err)
	}
	return h, found
}

// sessions are all sessions in a Redis, with the times at which they expire.
func sessions(t *testing.T, s *redisstore.Store) map[string]string {
	t.Helper()
	keys, err := s.Client().Keys(t.Context(), "hush:*:s").Result()
	if err != nil || len(keys) == 0 {
		t.Fatalf("%d sessions, %v", len(keys), err)
	}
	all := make(map[string]string)
	for _, key := range keys {
		fields, err := s.Client().HGetAll(t.Context(), key).Result()
		if err != nil {
			t.Fatal(err)
		}
		end, err := s.Client().PExpireTime(t.Context(), key).Result()
		if err != nil || end <= 0 {
			t.Errorf("%s expires at %v, %v", key, end, err)
		}
		all[key] = fmt.Sprint(fields, end)
	}
	return all
}

// trustClocks keeps sentinels that a busy machine holds up from doing nothing
// for half a minute (TILT).
func (p *production) trustClocks() {
	p.t.Helper()
	for _, name := range []string{"sentinel-1", "sentinel-2", "sentinel-3"} {
		out, err := p.running[name].command([]string{"sh", "-c",
			"REDISCLI_AUTH=$SENTINEL_PASSWORD exec redis-cli -h $ADDR -p 26379 sentinel debug tilt-trigger 30000 tilt-period 1000"}).CombinedOutput()
		if err != nil || !strings.HasPrefix(string(out), "OK") {
			p.t.Fatalf("%s: %v: %s", name, err, out)
		}
	}
}

// alicesHash is one for all nodes: another one is another password to them.
var alicesHash = sync.OnceValue(func() string { return login.HashPassword("wonderland") })

// knowAlice gives the user of the example a password that the test knows.
func (p *production) knowAlice(name string) {
	p.t.Helper()
	file := p.dir + "/" + name + "/hush.yaml"
	text, err := os.ReadFile(file)
	if err != nil {
		p.t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(text), "password_hash: ")
	_, after, _ := strings.Cut(rest, "\n")
	if err := os.WriteFile(file, []byte(before+"password_hash: "+alicesHash()+"\n"+after), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// entrance is what a browser's requests go through: nginx, where it is
// installed, or else whichever node answers.
func (p *production) entrance() http.RoundTripper {
	p.t.Helper()
	if _, err := exec.LookPath("nginx"); err != nil {
		p.t.Log("nginx is not installed: its part is not run")
		return roundRobin{p.net + "11:8080", p.net + "12:8080"}
	}
	cert, key := hushtest.Certificate(p.t, "login.example.com", time.Hour)
	dir := p.dir + "/nginx"
	if err := os.MkdirAll(dir+"/tls", 0o755); err != nil {
		p.t.Fatal(err)
	}
	for name, data := range map[string][]byte{"fullchain.pem": cert, "privkey.pem": key} {
		if err := os.WriteFile(dir+"/tls/"+name, data, 0o600); err != nil {
			p.t.Fatal(err)
		}
	}
	nginx := &container{t: p.t, name: "nginx", service: p.services["nginx"], swap: p.swap("nginx")}
	// The command of the image, in the test's folder.
	nginx.Command = []string{"nginx", "-p", "/etc/nginx/", "-e", "stderr", "-c", "/etc/nginx/nginx.conf", "-g", "daemon off;"}
	p.files("nginx")
	if out, err := nginx.command(append(slices.Clone(nginx.Command), "-t")).CombinedOutput(); err != nil {
		p.t.Fatalf("nginx -t: %v\n%s", err, out)
	}
	p.running["nginx"] = nginx
	nginx.start()
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(cert)
	transport := &http.Transport{
		ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: roots},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, network, p.net+"10:8443")
		},
	}
	p.t.Cleanup(transport.CloseIdleConnections)
	p.checkNginx(transport)
	return transport
}

// checkNginx: HTTP/2, a redirect to https, and no certificate for strangers.
func (p *production) checkNginx(transport *http.Transport) {
	p.t.Helper()
	client := &http.Client{Transport: transport}
	until(p.t, "nginx answers", func() bool {
		res, err := client.Get("https://login.example.com/.well-known/openid-configuration")
		if err != nil {
			return false
		}
		defer res.Body.Close()
		if res.ProtoMajor != 2 {
			p.t.Errorf("protocol %s", res.Proto)
		}
		return res.StatusCode == http.StatusOK
	})
	if _, err := client.Get("https://other.example.com/"); err == nil {
		p.t.Error("another name gets a certificate")
	}
	plain := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := plain.Get("http://" + p.net + "10:8080/authorize?a=b")
	if err != nil {
		p.t.Fatal(err)
	}
	res.Body.Close()
	if to := res.Header.Get("Location"); res.StatusCode != http.StatusPermanentRedirect || to != "https://login.example.com/authorize?a=b" {
		p.t.Errorf("plain: %d to %q", res.StatusCode, to)
	}
}

// roundRobin asks one address after the other until one answers.
type roundRobin []string

func (r roundRobin) RoundTrip(req *http.Request) (res *http.Response, err error) {
	for _, addr := range r {
		in := req.Clone(req.Context())
		in.Host, in.URL.Scheme, in.URL.Host = req.URL.Host, "http", addr
		if res, err = http.DefaultTransport.RoundTrip(in); err == nil {
			return res, nil
		}
	}
	return nil, err
}
