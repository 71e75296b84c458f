package clients

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
)

// process is an app in Node. Its calls answer in turn.
type process struct {
	t    *testing.T
	in   io.Writer
	out  *bufio.Scanner
	says *hushtest.Output // what it prints to its standard error
}

// startNode runs the app of a Node library, which it finds as an installed
// package would be found.
func startNode(t *testing.T, name string, w way, settings map[string]string) *process {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatal("no Node found: install nodejs, or run make test which installs it")
	}
	dir := t.TempDir()
	home := filepath.Join(dir, "node_modules", name)
	if err := os.MkdirAll(home, 0o700); err != nil {
		t.Fatal(err)
	}
	for path, text := range map[string][]byte{
		filepath.Join(home, "index.js"):     read(t, filepath.Join(bundles, name+".js")),
		filepath.Join(home, "package.json"): []byte(`{"type": "module", "exports": "./index.js"}`),
		filepath.Join(dir, "package.json"):  []byte(`{"type": "module"}`),
		filepath.Join(dir, "app.js"):        read(t, filepath.Join(apps, name, "app.js")),
		filepath.Join(dir, "settings.js"):   read(t, settingsFile(name, w)),
		filepath.Join(dir, "node.js"):       read(t, filepath.Join(apps, "node.js")),
	} {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	environment, err := json.Marshal(settings)
	if err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, says: &hushtest.Output{}}
	args := []string{"app.js"}
	if version, err := exec.CommandContext(t.Context(), node, "--version").Output(); err == nil && strings.HasPrefix(string(version), "v18.") {
		// Debian 12 has this one, which does not show WebCrypto to everybody yet.
		args = append([]string{"--experimental-global-webcrypto"}, args...)
	}
	cmd := exec.CommandContext(t.Context(), node, args...)
	cmd.Dir, cmd.Stderr = dir, p.says
	cmd.Env = append(os.Environ(), "APP="+string(environment))
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		io.Copy(io.Discard, out)
		cmd.Wait() // its answers have told what went wrong
	})
	p.in, p.out = in, bufio.NewScanner(out)
	return p
}

// call calls a method of the app. refused is the error code that the library
// gives, "" for none.
func (p *process) call(result any, method string, args ...string) (refused string) {
	p.t.Helper()
	if args == nil {
		args = []string{}
	}
	line, err := json.Marshal(map[string]any{"method": method, "args": args})
	if err != nil {
		p.t.Fatal(err)
	}
	if _, err := p.in.Write(append(line, '\n')); err != nil {
		p.t.Fatalf("%s: %v\n%s", method, err, p.says)
	}
	if !p.out.Scan() {
		p.t.Fatalf("%s: the app ended: %v\n%s", method, p.out.Err(), p.says)
	}
	answer := struct {
		Result          any
		Refused, Detail string
	}{Result: result}
	if err := json.Unmarshal(p.out.Bytes(), &answer); err != nil {
		p.t.Fatalf("%s: %v: %s", method, err, p.out.Bytes())
	}
	if answer.Refused != "" {
		p.t.Logf("%s: %s: %s", method, answer.Refused, answer.Detail)
	}
	return answer.Refused
}

// The methods of a serverApp.

func (p *process) authorize(prompt string) (url string) {
	p.must(&url, "authorize", prompt)
	return url
}

func (p *process) callback(url string) (who identity, refused string) {
	refused = p.call(&who, "callback", url)
	return who, refused
}

func (p *process) refresh() (who identity, refused string) {
	refused = p.call(&who, "refresh")
	return who, refused
}

func (p *process) introspect() (active bool) {
	p.must(&active, "introspect")
	return active
}

func (p *process) revoke() { p.must(nil, "revoke") }

func (p *process) signOut() (url string) {
	p.must(&url, "signOut")
	return url
}

func (p *process) must(result any, method string, args ...string) {
	p.t.Helper()
	if refused := p.call(result, method, args...); refused != "" {
		p.t.Fatalf("%s was refused: %s", method, refused)
	}
}
