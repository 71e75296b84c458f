package howto

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/hushtest"
)

// operator runs two nodes on one Redis, with the configuration of the page about
// the first app, as docs/rotation.md and docs/backup.md suppose.
type operator struct {
	*place
	config string
	nodes  map[string]*process // by documented port
}

// admins are the admin listeners of the two nodes.
var admins = map[string]string{"8080": "9090", "8081": "9091"}

func newOperator(t *testing.T) *operator {
	t.Helper()
	o := &operator{place: newPlace(t), nodes: map[string]*process{}}
	o.config = replaced(t, block(t, "first-app.md", "hush.yaml"), "redis:", block(t, "first-app.md", "redis line"))
	o.env = append(o.env, "HUSH_SECRET=")
	o.write(".env", "HUSH_SECRET="+o.secret()+"\n")
	o.load()
	return o
}

// newPair is an operator whose two nodes run.
func newPair(t *testing.T) *operator {
	t.Helper()
	o := newOperator(t)
	o.redis("6379")
	o.restart("8080")
	o.restart("8081")
	return o
}

// replaced puts a snippet in the place of the line of a file that begins so.
func replaced(t *testing.T, text, begins, line string) string {
	t.Helper()
	var b strings.Builder
	n := 0
	for l := range strings.Lines(text) {
		if strings.HasPrefix(l, begins) {
			n++
			l = line
		}
		b.WriteString(l)
	}
	if n != 1 {
		t.Fatalf("%d lines begin with %q", n, begins)
	}
	return b.String()
}

// load takes what .env says into the environment of what starts from now on.
func (o *operator) load() {
	o.t.Helper()
	raw, err := os.ReadFile(filepath.Join(o.dir, ".env"))
	if err != nil {
		o.t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		o.set(name, value)
	}
}

// secrets puts a snippet in the place of the line secrets of the file.
func (o *operator) secrets(page, name string) {
	o.t.Helper()
	o.config = replaced(o.t, o.config, "secrets:", block(o.t, page, name))
}

// save writes the file for each node.
func (o *operator) save() {
	o.t.Helper()
	o.write("hush.yaml", o.config)
	o.write("8080/hush.yaml", o.config)
	o.write("8081/hush.yaml", strings.Replace(o.config, "listen: localhost:8080", "listen: localhost:8081", 1))
}

// restart ends a node, if it runs, and starts it with what the file and .env
// now say.
func (o *operator) restart(port string) {
	o.t.Helper()
	o.end(port)
	o.save()
	o.nodes[port] = o.serve(port+"/hush.yaml", admins[port])
}

// end ends a node.
func (o *operator) end(port string) {
	if n := o.nodes[port]; n != nil {
		n.stop()
		delete(o.nodes, port)
	}
}

// refuses starts a node, which must end, and returns what it said.
func (o *operator) refuses(port string) string {
	o.t.Helper()
	o.save()
	n := o.start(filepath.Join(bin, "hush"), "serve", "--config", port+"/hush.yaml", "--admin", "127.0.0.1:"+o.ports[admins[port]])
	select {
	case <-n.done:
	case <-time.After(patience):
		o.t.Fatalf("it runs:\n%s", n.out.String())
	}
	if n.err == nil {
		o.t.Error("it ended well")
	}
	return n.out.String()
}

// redis starts a redis-server at a documented port with these arguments.
func (p *place) redis(port string, args ...string) *process {
	p.t.Helper()
	dir := filepath.Join(p.dir, "redis-"+port)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		p.t.Fatal(err)
	}
	args = append([]string{"--port", p.ports[port], "--bind", "127.0.0.1", "--dir", dir, "--save", "", "--maxmemory-policy", "noeviction"}, args...)
	s := p.start("redis-server", args...)
	p.awaitRedis(port)
	return s
}

func (p *place) awaitRedis(port string) {
	p.t.Helper()
	p.eventually("redis on "+port, func() bool {
		out, err := p.try("redis-cli -p " + port + " ping 2>&1")
		return err == nil && strings.HasPrefix(out, "PONG") || strings.HasPrefix(out, "NOAUTH")
	})
}

// through returns the same browser behind the other node.
func (o *operator) through(a *hushtest.Agent, port string) *hushtest.Agent {
	return a.Through(o.node(port))
}

// works signs somebody in at one node and has the code redeemed and the session
// renewed at the other, both ways, and renews for who was signed in before.
func (o *operator) works(when string, before ...*hushtest.Agent) {
	o.t.Helper()
	for _, way := range [][2]string{{"8080", "8081"}, {"8081", "8080"}} {
		a := o.agent(way[0])
		a.Authorize(o.ask())
		// The form was made by one node and is answered by the other.
		other := o.through(a, way[1])
		code := o.submit(other)["code"]
		back := o.through(other, way[0])
		tokens := back.Exchange(code, verifier)
		if tokens.Text("access_token") == "" {
			o.t.Errorf("%s: code of %s at %s: %s", when, way[1], way[0], tokens.Body)
		}
		if reason := o.reason(back); reason != "" {
			o.t.Errorf("%s: session of %s at %s: %s", when, way[1], way[0], reason)
		}
		for _, b := range before {
			if reason := o.reason(o.through(b, way[0])); reason != "" {
				o.t.Errorf("%s: a session of before at %s: %s", when, way[0], reason)
			}
		}
	}
}

// hup tells a node to read its files now.
func (o *operator) hup(port string) {
	o.t.Helper()
	if err := o.nodes[port].cmd.Process.Signal(syscall.SIGHUP); err != nil {
		o.t.Fatal(err)
	}
}

// userinfo asks a node about an access token.
func (o *operator) userinfo(port, token string) int {
	o.t.Helper()
	return o.agent(port).Fetch(http.MethodGet, "userinfo", nil, "Authorization", "Bearer "+token).Status
}

// userinfoToken is an access token for /userinfo from a session.
func (o *operator) userinfoToken(a *hushtest.Agent) string {
	o.t.Helper()
	answer := a.Authorize(o.ask("prompt", "none", "audience", "", "scope", "openid profile")).Answer
	if answer == nil || answer.Params["code"] == "" {
		o.t.Fatalf("no code: %+v", answer)
	}
	return a.Exchange(answer.Params["code"], verifier).Text("access_token")
}
