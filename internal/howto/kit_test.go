package howto

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/hushtest"
)

// patience is how long a condition may take on a busy machine. Nothing waits
// that long unless it fails.
const patience = time.Minute

// bin is the folder of the program, as make build makes it.
var bin string

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "hush-howto-")
	if err == nil {
		defer os.RemoveAll(dir)
		bin, err = dir, build(filepath.Join(dir, "hush"), "./cmd/hush")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// build compiles a package or file of the module, or one that needs no more
// than the module has.
func build(out, what string) error {
	cmd := exec.Command("go", "build", "-trimpath", "-o", out, what)
	cmd.Dir, cmd.Env = "../..", append(os.Environ(), "CGO_ENABLED=0")
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build %s: %w\n%s", what, err, text)
	}
	return nil
}

// place is a reader's machine: a folder, an environment, and ports of its own
// in place of those that the documents name.
type place struct {
	t     *testing.T
	dir   string
	env   []string
	ports map[string]string // as documented, as here
}

// documented are the ports of the documents. They are all that a test changes
// in a snippet: two nodes, their admin listeners, an app, an API, two Redis.
var documented = []string{"8080", "8081", "9090", "9091", "3000", "4000", "6379", "6380"}

func newPlace(t *testing.T) *place {
	t.Helper()
	p := &place{t: t, dir: t.TempDir(), ports: map[string]string{}}
	for _, port := range documented {
		p.ports[port] = hushtest.FreePort(t)
	}
	p.env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "HUSH_SECRET="+p.secret())
	return p
}

// here puts this machine's ports into a snippet.
func (p *place) here(text string) string {
	var pairs []string
	for _, before := range []string{":", "-p ", "--port ", "listen("} {
		for _, port := range documented {
			pairs = append(pairs, before+port, before+p.ports[port])
		}
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// local is an address on this machine by its documented port.
func (p *place) local(port string) string { return "http://localhost:" + p.ports[port] }

// set sets a variable of the environment.
func (p *place) set(name, value string) { p.env = append(p.env, name+"="+value) }

// write puts a snippet into a file.
func (p *place) write(name, text string) {
	p.t.Helper()
	path := filepath.Join(p.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(p.here(text)), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// shell runs a snippet of commands, which must succeed, and returns its output.
func (p *place) shell(text string) string {
	p.t.Helper()
	out, err := p.try(text)
	if err != nil {
		p.t.Fatalf("%s\n%v\n%s", text, err, out)
	}
	return out
}

// try runs a snippet of commands.
func (p *place) try(text string) (string, error) {
	cmd := exec.Command("sh", "-eu", "-c", p.here(text))
	cmd.Dir, cmd.Env = p.dir, p.env
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// secret is a new one of hush secret.
func (p *place) secret() string {
	p.t.Helper()
	out, err := exec.Command(filepath.Join(bin, "hush"), "secret").Output()
	if err != nil {
		p.t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// process is a program that runs until the test ends or stop.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	out  hushtest.Output
	done chan struct{}
	err  error // of the process, once done
}

// start runs a program in the place's folder.
func (p *place) start(name string, args ...string) *process {
	p.t.Helper()
	s := &process{t: p.t, cmd: exec.Command(name, args...), done: make(chan struct{})}
	s.cmd.Dir, s.cmd.Env, s.cmd.Stdout, s.cmd.Stderr = p.dir, p.env, &s.out, &s.out
	dieWithParent(s.cmd)
	if err := s.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	go func() { s.err = s.cmd.Wait(); close(s.done) }()
	p.t.Cleanup(s.stop)
	return s
}

// stop ends the program as an operator does, and waits for its end.
func (s *process) stop() {
	s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.done:
	case <-time.After(patience):
		s.cmd.Process.Kill()
		s.t.Errorf("%s did not end", s.cmd.Path)
	}
}

// answers waits until the address answers with 200.
func (s *process) answers(url string) {
	s.t.Helper()
	s.until(url, http.StatusOK)
}

// until waits until the address answers with the status.
func (s *process) until(url string, status int) {
	s.t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		res, err := http.Get(url)
		if err == nil {
			io.Copy(io.Discard, res.Body)
			res.Body.Close()
			if res.StatusCode == status {
				return
			}
		}
		select {
		case <-s.done:
			s.t.Fatalf("%s ended: %v\n%s", s.cmd.Path, s.err, s.out.String())
		default:
		}
		if time.Now().After(end) {
			s.t.Fatalf("%s does not answer: %v\n%s", url, err, s.out.String())
		}
	}
}

// serve runs hush serve with a file of the place and waits until it is ready.
// port is the documented one of the admin listener.
func (p *place) serve(file, admin string) *process {
	p.t.Helper()
	addr := "127.0.0.1:" + p.ports[admin]
	s := p.start(filepath.Join(bin, "hush"), "serve", "--config", file, "--admin", addr, "--log", "json")
	s.answers("http://" + addr + "/readyz")
	return s
}

// eventually waits for what no page or address tells.
func (p *place) eventually(what string, ok func() bool) {
	p.t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			p.t.Fatalf("waited %v for %s", patience, what)
		}
	}
}

// checked runs hush check on a file of the place.
func (p *place) checked(file string) {
	p.t.Helper()
	cmd := exec.Command(filepath.Join(bin, "hush"), "check", "--config", file)
	cmd.Dir, cmd.Env = p.dir, p.env
	if out, err := cmd.CombinedOutput(); err != nil {
		p.t.Errorf("hush check: %v\n%s", err, out)
	}
}

// TestConfigurations: every whole hush.yaml of the documents passes hush check.
func TestConfigurations(t *testing.T) {
	n := 0
	for _, page := range pages {
		for _, s := range snippets(t, page) {
			if s.lang != "yaml" || !strings.Contains(s.text, "issuer:") {
				continue
			}
			n++
			p := newPlace(t)
			p.set("REDIS_PASSWORD", "secret-of-redis")
			for _, name := range []string{"HUSH_SECRET_NEW", "HUSH_SECRET_OLD"} {
				p.set(name, p.secret())
			}
			p.write("hush.yaml", s.text)
			t.Logf("docs/%s:%d", page, s.line)
			p.checked("hush.yaml")
		}
	}
	if n == 0 {
		t.Error("there is none")
	}
}
