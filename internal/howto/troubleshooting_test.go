package howto

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hush-sso/hush/silent"
)

const troubleshooting = "troubleshooting.md"

var reasonRow = regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| `([a-z_]+)`[^|]* \\| ([^|]*) \\| ([^|]*) ?\\|$")

// TestReasons: the page has each reason once, with its error code.
func TestReasons(t *testing.T) {
	_, rows, _ := strings.Cut(read(t, troubleshooting), "## By reason")
	rows, _, _ = strings.Cut(rows, "\n## ")
	got, want := map[string]string{}, map[string]string{}
	for _, m := range reasonRow.FindAllStringSubmatch(rows, -1) {
		if got[m[1]] != "" {
			t.Errorf("%s stands there twice", m[1])
		}
		if got[m[1]] = m[2]; strings.TrimSpace(m[3]) == "" {
			t.Errorf("%s: nothing to look at", m[1])
		}
	}
	for _, e := range silent.Explanations() {
		want[string(e.Reason)] = e.Error
	}
	if !maps.Equal(got, want) {
		t.Errorf("the page has\n%v\nthe code has\n%v", got, want)
	}
}

var codeInRow = regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\|")

// TestLogLine: the line in the page has the fields of a real one, and each field
// has a row.
func TestLogLine(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.write("hush.yaml", block(t, "first-app.md", "hush.yaml"))
	node := p.serve("hush.yaml", "9090")
	a := p.agent("8080")
	p.signIn(a)
	a.SetHeader("Sec-Fetch-Dest", "document")
	a.Get("v2/logout?client_id=my-app")
	a.SetHeader("Sec-Fetch-Dest", "")
	if reason := p.reason(a); reason != "signed_out" {
		t.Fatalf("reason %q", reason)
	}
	var got []string
	p.eventually("the line", func() bool {
		for line := range strings.Lines(node.out.String()) {
			if strings.Contains(line, `"reason":"signed_out"`) {
				got = fields(t, line)
			}
		}
		return got != nil
	})
	if want := fields(t, block(t, troubleshooting, "log line")); !slices.Equal(got, want) {
		t.Errorf("a real line has\n%q\nthat of the page\n%q", got, want)
	}

	_, rows, _ := strings.Cut(read(t, troubleshooting), "## The log line")
	explained := []string{"time", "msg", "method"} // these need no words
	for _, m := range codeInRow.FindAllStringSubmatch(rows, -1) {
		explained = append(explained, m[1])
	}
	for line := range strings.Lines(node.out.String()) {
		if !strings.Contains(line, `"msg":"request"`) {
			continue
		}
		for _, name := range fields(t, line) {
			if !slices.Contains(explained, name) {
				t.Errorf("%s has no row", name)
			}
		}
	}
}

// fields are the names of a line of JSON.
func fields(t *testing.T, line string) []string {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal([]byte(line), &v); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return slices.Sorted(maps.Keys(v))
}

// TestNotReady: what /readyz says stands in the page.
func TestNotReady(t *testing.T) {
	t.Parallel()
	o := newOperator(t)
	redis := o.redis("6379")
	o.restart("8080")
	page := read(t, troubleshooting)
	says := func(what string) {
		t.Helper()
		if !strings.Contains(page, "`"+what) {
			t.Errorf("the page does not explain %q", what)
		}
		o.eventually("/readyz to say "+what, func() bool {
			return strings.Contains(o.readyz(), "not ready: "+what)
		})
	}
	o.shell("redis-cli -p 6379 config set maxmemory-policy allkeys-lru")
	says("redis may evict what must be kept (maxmemory-policy")
	redis.cmd.Process.Kill()
	<-redis.done
	says("redis does not answer")
}

// readyz is what the first node's admin listener says.
func (o *operator) readyz() string {
	o.t.Helper()
	res, err := http.Get("http://127.0.0.1:" + o.ports["9090"] + "/readyz")
	if err != nil {
		o.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		o.t.Fatal(err)
	}
	return string(text)
}
