package rehearsal

import (
	"encoding/json"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/internal/slapdtest"
)

// patience is how long a step may take on a busy machine.
const patience = time.Minute

// stack is everything that runs: each a process of its own, but the entrance.
type stack struct {
	t         *testing.T
	dir, hush string
	env       []string
	redis     *redistest.Instance
	directory *slapdtest.Server
	upstream  *node
	nodes     []*node
	down      [2]atomic.Bool  // nodes that the entrance leaves out
	open      [2]atomic.Int64 // requests that each has
	next      atomic.Uint32
	issuer    string
	app       string // its address, without a slash at the end
}

// node is a process of hush.
type node struct {
	s             *stack
	name          string
	listen, admin string
	log           *hushtest.Output
	process       *os.Process
	over          chan struct{} // closed when it has ended
}

func newStack(t *testing.T) *stack {
	t.Helper()
	s := &stack{t: t, dir: t.TempDir(), redis: redistest.Server(t, "--appendonly", "yes"), directory: slapdtest.Start(t)}
	s.build()
	s.env = append(os.Environ(), "HUSH_SECRET="+s.secret(), "HUSH_ADMIN_TOKEN="+s.secret())
	s.app = s.serve(http.HandlerFunc(app))
	s.upstream = s.node("upstream")
	s.nodes = []*node{s.node("one"), s.node("two")}
	s.issuer = s.serve(http.HandlerFunc(s.entrance)) + "/"
	s.configure()
	for _, n := range append(s.nodes, s.upstream) {
		n.start()
	}
	return s
}

func (s *stack) build() {
	s.t.Helper()
	s.hush = filepath.Join(s.dir, "hush")
	cmd := exec.Command("go", "build", "-trimpath", "-o", s.hush, "../../cmd/hush")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		s.t.Fatalf("go build: %v\n%s", err, out)
	}
}

func (s *stack) secret() string {
	s.t.Helper()
	out, err := exec.Command(s.hush, "secret").Output()
	if err != nil {
		s.t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// serve serves a handler on a port of localhost until the test ends.
func (s *stack) serve(h http.Handler) string {
	s.t.Helper()
	port := hushtest.FreePort(s.t)
	server := &http.Server{Addr: "127.0.0.1:" + port, Handler: h}
	go server.ListenAndServe()
	s.t.Cleanup(func() { server.Close() })
	return "http://localhost:" + port
}

// entrance is the load balancer: one node after the other, but for one that is being
// restarted.
func (s *stack) entrance(w http.ResponseWriter, r *http.Request) {
	i := int(s.next.Add(1)) % len(s.nodes)
	if s.open[i].Add(1); s.down[i].Load() {
		s.open[i].Add(-1)
		i = 1 - i
		s.open[i].Add(1)
	}
	defer s.open[i].Add(-1)
	(&httputil.ReverseProxy{Transport: transport, Rewrite: func(p *httputil.ProxyRequest) {
		p.SetURL(&url.URL{Scheme: "http", Host: s.nodes[i].listen})
		p.Out.Host = p.In.Host
		p.SetXForwarded()
	}}).ServeHTTP(w, r)
}

// transport keeps as many connections as there are apps that renew.
var transport = &http.Transport{MaxIdleConnsPerHost: 64}

func (s *stack) node(name string) *node {
	at := func() string { return "127.0.0.1:" + hushtest.FreePort(s.t) }
	return &node{s: s, name: name, listen: at(), admin: at(), log: &hushtest.Output{}}
}

func (n *node) path() string { return filepath.Join(n.s.dir, n.name+".yaml") }

func (n *node) write(config string) {
	n.s.t.Helper()
	if err := os.WriteFile(n.path(), []byte(config), 0o600); err != nil {
		n.s.t.Fatal(err)
	}
}

// start returns when the process is ready.
func (n *node) start() {
	n.s.t.Helper()
	cmd := exec.Command(n.s.hush, "serve", "--config", n.path())
	cmd.Env, cmd.Stdout, cmd.Stderr = n.s.env, n.log, n.log
	if err := cmd.Start(); err != nil {
		n.s.t.Fatal(err)
	}
	n.process, n.over = cmd.Process, make(chan struct{})
	go func() {
		cmd.Wait()
		close(n.over)
	}()
	n.s.t.Cleanup(func() {
		n.stop(syscall.SIGKILL)
		if n.s.t.Failed() {
			n.s.t.Logf("%s says, beside what went well:\n%s", n.name, trouble(n.log.String()))
		}
	})
	n.s.until(n.name+" is ready", func() bool {
		select {
		case <-n.over:
			n.s.t.Fatalf("%s does not start", n.name)
		default:
		}
		res, err := http.Get("http://" + n.admin + "/readyz")
		if err != nil {
			return false
		}
		res.Body.Close()
		return res.StatusCode == http.StatusOK
	})
}

// trouble are the lines of a log that are not of answers that were given as asked for.
func trouble(log string) string {
	lines := slices.DeleteFunc(strings.Split(log, "\n"), func(line string) bool { return strings.Contains(line, " result=ok ") })
	return strings.Join(lines[:min(len(lines), 60)], "\n")
}

func (n *node) stop(by os.Signal) {
	n.process.Signal(by)
	<-n.over
}

// restart replaces a node as runbooks do: it gets no new request first, and finishes
// those that it has.
func (s *stack) restart(i int) {
	s.t.Helper()
	s.down[i].Store(true)
	s.until(s.nodes[i].name+" has answered all", func() bool { return s.open[i].Load() == 0 })
	s.nodes[i].stop(syscall.SIGTERM)
	s.nodes[i].start()
	s.down[i].Store(false)
}

// published is how many keys are in the node's key set.
func (n *node) published() int {
	n.s.t.Helper()
	res, err := http.Get("http://" + n.listen + "/.well-known/jwks.json")
	if err != nil {
		n.s.t.Fatal(err)
	}
	defer res.Body.Close()
	var set struct{ Keys []any }
	if err := json.NewDecoder(res.Body).Decode(&set); err != nil {
		n.s.t.Fatal(err)
	}
	return len(set.Keys)
}

// operate runs a command of the operator against a node and returns what it says.
func (n *node) operate(args ...string) string {
	n.s.t.Helper()
	cmd := exec.Command(n.s.hush, append(args, "--admin", n.admin)...)
	cmd.Env = n.s.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		n.s.t.Fatalf("hush %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// until waits for something to become true.
func (s *stack) until(what string, true func() bool) {
	s.t.Helper()
	s.within(patience, what, true)
}

func (s *stack) within(d time.Duration, what string, true func() bool) {
	s.t.Helper()
	for end := time.Now().Add(d); !true(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			s.t.Fatalf("%s: not within %v", what, d)
		}
	}
}
