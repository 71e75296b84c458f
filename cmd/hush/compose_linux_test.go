package main

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/config"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/web/demo"
)

// There is no container engine in these tests. Each service of a compose file is
// run as a process instead: its command with its environment and its health
// check, where paths and addresses of the container stand for those of the test.

// TestMain lets the test binary be hush itself: what it starts as a process then
// has the race detector in it, too.
func TestMain(m *testing.M) {
	if os.Getenv("HUSH_TEST_MAIN") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// compose is what the tests look at in a compose file.
type compose struct {
	Services map[string]*service `yaml:"services"`
}

type service struct {
	Command     []string          `yaml:"command"`
	Environment map[string]string `yaml:"environment"`
	Ports       []string          `yaml:"ports"`
	Restart     string            `yaml:"restart"`
	ReadOnly    bool              `yaml:"read_only"`
	CapDrop     []string          `yaml:"cap_drop"`
	SecurityOpt []string          `yaml:"security_opt"`
	Image       string            `yaml:"image"`
	HealthCheck struct {
		Test []string `yaml:"test"`
	} `yaml:"healthcheck"`
}

var variable = regexp.MustCompile(`\$(?:\$|\{([A-Z_]+)(?::([-?])([^}]*))?\}|.?)`)

// interpolate reads variables as compose does. The error is that of the first
// one that is needed and not set.
func interpolate(text string, env map[string]string) (string, error) {
	var missing error
	out := variable.ReplaceAllStringFunc(text, func(found string) string {
		m := variable.FindStringSubmatch(found)
		switch value := env[m[1]]; {
		case found == "$$":
			return "$"
		case m[1] == "":
			missing = cmp.Or(missing, fmt.Errorf("%q is no variable: write $$ for a dollar", found))
			return ""
		case value != "":
			return value
		case m[2] == "?":
			missing = cmp.Or(missing, fmt.Errorf("%s %s", m[1], m[3]))
			return ""
		default:
			return m[3]
		}
	})
	return out, missing
}

func loadCompose(t *testing.T, name string, env map[string]string) compose {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	full, err := interpolate(string(text), env)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	var c compose
	if err := yaml.Unmarshal([]byte(full), &c); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return c
}

// exampleEnv fills in what a .env.example leaves empty.
func exampleEnv(t *testing.T, name string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	env := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(line, "#") {
			env[key] = value
			if value == "" {
				env[key] = newSecret()
			}
		}
	}
	return env
}

// TestComposeNeedsSecrets: without a value for each of them compose says which
// one is missing and what to do.
func TestComposeNeedsSecrets(t *testing.T) {
	for _, folder := range []string{"../..", "../../docs/examples/production"} {
		file := folder + "/docker-compose.yml"
		env := exampleEnv(t, folder+"/.env.example")
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for name := range env {
			without := maps.Clone(env)
			without[name] = ""
			if _, err := interpolate(string(text), without); err == nil || !strings.HasPrefix(err.Error(), name+" is not set; ") {
				t.Errorf("%s without %s: %v", file, name, err)
			}
		}
	}
}

// TestComposeIsHardened: what each service must have.
func TestComposeIsHardened(t *testing.T) {
	for _, folder := range []string{"../..", "../../docs/examples/production"} {
		c := loadCompose(t, folder+"/docker-compose.yml", exampleEnv(t, folder+"/.env.example"))
		for name, s := range c.Services {
			if !s.ReadOnly || !slices.Equal(s.CapDrop, []string{"ALL"}) || !slices.Contains(s.SecurityOpt, "no-new-privileges:true") {
				t.Errorf("%s: %s is not hardened", folder, name)
			}
			if s.Restart != "unless-stopped" || len(s.HealthCheck.Test) == 0 {
				t.Errorf("%s: %s has no restart or no health check", folder, name)
			}
			for _, port := range s.Ports {
				if name != "nginx" && (!strings.HasPrefix(port, "127.0.0.1:") || name == "redis") {
					t.Errorf("%s: %s publishes %s", folder, name, port)
				}
			}
		}
	}
}

// container is a service as a process.
type container struct {
	t    *testing.T
	name string
	*service
	swap *strings.Replacer // paths and addresses of the container -> those of the test
	more []string          // further arguments
	log  hushtest.Output
	cmd  *exec.Cmd
}

// command is a command line of the service, or of its health check.
func (c *container) command(argv []string) *exec.Cmd {
	c.t.Helper()
	argv = slices.Clone(argv)
	for i := range argv {
		argv[i] = c.swap.Replace(argv[i])
	}
	env := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + c.t.TempDir()}
	for name, value := range c.Environment {
		env = append(env, name+"="+c.swap.Replace(value))
	}
	if argv[0] == "hush" {
		argv[0], env = os.Args[0], append(env, "HUSH_TEST_MAIN=1")
	}
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env = env
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd
}

// start runs the service until the test ends. Then it must end well by SIGTERM,
// as docker stop sends it.
func (c *container) start() {
	c.t.Helper()
	argv := slices.Concat(c.Command, c.more)
	if strings.HasPrefix(c.Image, "hush:") {
		argv = append([]string{"hush"}, argv...)
	}
	c.cmd = c.command(argv)
	c.cmd.Stdout, c.cmd.Stderr = &c.log, &c.log
	if err := c.cmd.Start(); err != nil {
		c.t.Fatalf("%s: %v", c.name, err)
	}
	c.t.Cleanup(c.stop)
}

func (c *container) stop() {
	c.t.Helper()
	if c.cmd == nil {
		return
	}
	c.cmd.Process.Signal(syscall.SIGTERM)
	if err := c.cmd.Wait(); err != nil {
		c.t.Errorf("%s ended with %v\n%s", c.name, err, c.log.String())
	}
	c.cmd = nil
}

func (c *container) kill() {
	c.cmd.Process.Kill()
	c.cmd.Wait()
	c.cmd = nil
}

// healthy waits until the health check succeeds.
func (c *container) healthy() {
	c.t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		argv := c.HealthCheck.Test[1:]
		if c.HealthCheck.Test[0] == "CMD-SHELL" {
			argv = append([]string{"sh", "-c"}, argv...)
		}
		said, err := c.command(argv).CombinedOutput()
		if err == nil {
			return
		}
		if time.Now().After(end) {
			c.t.Fatalf("%s: %v: %s\n%s", c.name, err, said, c.log.String())
		}
	}
}

// put copies a file of the repository to the test's folder, changed.
func put(t *testing.T, from, to string, swap *strings.Replacer) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, []byte(swap.Replace(string(text))), 0o700); err != nil {
		t.Fatal(err)
	}
}

const demoConfiguration = "../../docs/examples/demo/hush.yaml"

// TestDemoConfiguration: the file of the composed demo registers what hush demo
// does.
func TestDemoConfiguration(t *testing.T) {
	env := map[string]string{"HUSH_SECRET": newSecret(), "REDIS_ADDR": "redis:6379", "REDIS_PASSWORD": "x"}
	c, err := config.Load(demoConfiguration, func(name string) (string, bool) { v, ok := env[name]; return v, ok })
	if err != nil {
		t.Fatal(err)
	}
	want := demo.Config{
		Issuer: "http://localhost:8080/", Orders: "http://localhost:3001", Reports: "http://localhost:3002",
		Classic: "http://localhost:3003", API: "http://localhost:3004",
	}
	if c.Issuer != want.Issuer {
		t.Errorf("issuer %s", c.Issuer)
	}
	got, registered := effective(t, c.ClientSpecs(), c.APISpecs()), effective(t, want.Clients(), want.APIs())
	for _, spec := range want.Clients() {
		compare(t, spec.ID, got.Client(spec.ID), registered.Client(spec.ID))
	}
	compare(t, "API", got.API(demo.DefaultAudience), registered.API(demo.DefaultAudience))
	if len(c.Clients) != len(want.Clients()) || len(c.APIs) != 1 {
		t.Errorf("%d apps and %d APIs", len(c.Clients), len(c.APIs))
	}
	users, wanted := c.LoginUsers(), demo.Users()
	directory, err := login.NewDirectory(users)
	if err != nil {
		t.Fatal(err)
	}
	for name, password := range map[string]string{"alice": "wonderland", "bob": "builder"} {
		if _, err := login.NewAuthenticator([]byte("key of the test")).Authenticate(t.Context(), directory, name, password); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, list := range [][]login.User{users, wanted} {
		for i := range list {
			list[i].ID, list[i].PasswordHash = cmp.Or(list[i].ID, list[i].Username), ""
		}
	}
	compare(t, "users", users, wanted)
}

// effective is a registration with its defaults filled in.
func effective(t *testing.T, clients []client.Spec, apis []client.API) *client.Set {
	t.Helper()
	set, err := client.NewSet(clients, apis)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func compare(t *testing.T, what string, got, want any) {
	t.Helper()
	if a, b := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want); a != b {
		t.Errorf("%s:\n%s\nwant\n%s", what, a, b)
	}
}

// TestComposedDemo signs in at the composed demo, uses the token at the API, and
// is still signed in after Redis was started again.
func TestComposedDemo(t *testing.T) {
	dir := t.TempDir()
	var ports []string
	for _, addr := range freeAddrs(t, 7) {
		ports = append(ports, strings.TrimPrefix(addr, "localhost:"))
	}
	pairs := []string{
		"redis:6379", "127.0.0.1:" + ports[6], "redis-cli ping", "redis-cli -p " + ports[6] + " ping",
		"redis-server /tmp/redis.conf", "redis-server " + dir + "/redis.conf --bind 127.0.0.1 --port " + ports[6],
		"/tmp/redis.conf", dir + "/redis.conf", "--dir /data", "--dir " + dir, "/etc/hush/hush.yaml", dir + "/hush.yaml",
		"hush:8080", "127.0.0.1:" + ports[0],
	}
	for i, port := range []string{"8080", "9090", "3001", "3002", "3003", "3004"} {
		for _, host := range []string{"localhost", "127.0.0.1"} {
			pairs = append(pairs, host+":"+port, host+":"+ports[i])
		}
		pairs = append(pairs, "0.0.0.0:"+port, "127.0.0.1:"+ports[i])
	}
	swap := strings.NewReplacer(pairs...)
	put(t, demoConfiguration, dir+"/hush.yaml", swap)
	base := func(n int) string { return "http://localhost:" + ports[n] }
	// The ports of the demo are the defaults of hush demo-app.
	urls := []string{"--issuer", base(0) + "/", "--orders", base(2), "--reports", base(3), "--classic", base(4), "--api", base(5)}

	services := loadCompose(t, "../../docker-compose.yml", exampleEnv(t, "../../.env.example")).Services
	running := map[string]*container{}
	for _, name := range []string{"redis", "hush", "orders", "reports", "classic", "api"} {
		c := &container{t: t, name: name, service: services[name], swap: swap}
		if len(c.Command) > 0 && c.Command[0] == "demo-app" {
			c.more = urls
		}
		running[name] = c
		c.start()
		c.healthy()
	}
	if len(services) != len(running) {
		t.Errorf("%d services, %d of them run", len(services), len(running))
	}
	for n, name := range map[int]string{2: "Orders", 3: "Reports", 4: "Classic"} {
		if page := get(t, base(n)+"/"); !strings.Contains(page, "<h1 id=\"title\">"+name) || !strings.Contains(page, `"issuer":"`+base(0)+`/"`) {
			t.Errorf("%s: %s", name, page)
		}
	}

	agent := hushtest.NewAgent(t, base(0)+"/", http.DefaultTransport)
	verifier := strings.Repeat("v", 43)
	sum := sha256.Sum256([]byte(verifier))
	request := url.Values{
		"client_id": {demo.OrdersClientID}, "redirect_uri": {base(2) + demo.CallbackPath}, "response_type": {"code"},
		"scope": {"openid " + demo.ScopeReadOrders}, "audience": {demo.DefaultAudience},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
	}
	agent.Authorize(request)
	answer := agent.SignIn("alice", "wonderland").Answer
	token := agent.Exchange(answer.Params["code"], verifier).Text("access_token")
	if body := fetchAs(t, base(5)+"/orders", token); !strings.Contains(body, `"you":"alice"`) {
		t.Errorf("API: %s", body)
	}

	running["redis"].stop()
	running["redis"].start()
	running["redis"].healthy()
	running["hush"].healthy()
	request.Set("prompt", "none")
	if answer := agent.Authorize(request).Answer; answer == nil || answer.Params["code"] == "" {
		t.Errorf("after a restart of Redis: %+v", answer)
	}
	for name, c := range running {
		for _, secret := range []string{services["hush"].Environment["HUSH_SECRET"], services["hush"].Environment["REDIS_PASSWORD"]} {
			if strings.Contains(c.log.String(), secret) {
				t.Errorf("%s logs a secret", name)
			}
		}
	}
}

// fetchAs sends a GET with an access token and returns the body.
func fetchAs(t *testing.T, address, token string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var body bytes.Buffer
	if _, err := io.Copy(&body, res.Body); err != nil {
		t.Fatal(err)
	}
	return body.String()
}
