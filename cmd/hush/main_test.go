package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/redistest"
)

// freeAddrs returns addresses on which nothing listens.
func freeAddrs(t *testing.T, n int) []string {
	t.Helper()
	var addrs []string
	for range n {
		addrs = append(addrs, "localhost:"+hushtest.FreePort(t))
	}
	return addrs
}

func demoArgs(addrs []string, more ...string) []string {
	return append([]string{"demo", "--log", "off", "--addr", addrs[0], "--admin", addrs[1],
		"--orders", addrs[2], "--reports", addrs[3], "--classic", addrs[4], "--api", addrs[5]}, more...)
}

// get waits until an address answers.
func get(t *testing.T, url string) string {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; {
		res, err := http.Get(url)
		if err == nil {
			defer res.Body.Close()
			body, _ := io.ReadAll(res.Body)
			if res.StatusCode == http.StatusOK {
				return string(body)
			}
			err = errors.New(res.Status + ": " + string(body))
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: %v", url, err)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func TestDemo(t *testing.T) {
	for name, more := range map[string]func(t *testing.T) []string{
		"embedded":   func(*testing.T) []string { return nil },
		"redis":      func(t *testing.T) []string { return []string{"--redis", redistest.Server(t).URL()} },
		"cross-site": func(*testing.T) []string { return []string{"--cross-site"} },
	} {
		t.Run(name, func(t *testing.T) {
			addrs := freeAddrs(t, 6)
			ctx, stop := context.WithCancel(t.Context())
			var out hushtest.Output
			ended := make(chan error, 1)
			go func() { ended <- run(ctx, demoArgs(addrs, more(t)...), nil, &out, io.Discard) }()

			issuer := "http://" + addrs[0] + "/"
			var discovery map[string]any
			if err := json.Unmarshal([]byte(get(t, issuer+".well-known/openid-configuration")), &discovery); err != nil || discovery["issuer"] != issuer {
				t.Errorf("discovery: %v, %v", discovery["issuer"], err)
			}
			get(t, "http://"+addrs[1]+"/readyz")
			for _, addr := range addrs[2:] {
				get(t, "http://"+addr+"/")
			}
			for _, want := range []string{issuer, "alice / wonderland", "bob / builder", "Ctrl-C"} {
				if !strings.Contains(out.String(), want) {
					t.Errorf("the first screen does not say %q:\n%s", want, out.String())
				}
			}
			stop()
			if err := <-ended; err != nil {
				t.Errorf("ended with %v", err)
			}
			for _, addr := range addrs {
				l, err := net.Listen("tcp", addr)
				if err != nil {
					t.Errorf("still in use: %v", err)
					continue
				}
				l.Close()
			}
		})
	}
}

func TestPortInUse(t *testing.T) {
	flags := []string{"--addr", "--admin", "--orders", "--reports", "--classic", "--api"}
	for i, name := range flags {
		addrs := freeAddrs(t, len(flags))
		taken, err := net.Listen("tcp", addrs[i])
		if err != nil {
			t.Fatal(err)
		}
		err = run(t.Context(), demoArgs(addrs), nil, io.Discard, io.Discard)
		taken.Close()
		if err == nil || !strings.Contains(err.Error(), name+" ") || !strings.Contains(err.Error(), addrs[i]) {
			t.Errorf("%s in use: %v", name, err)
		}
	}
}

func TestUsage(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string // of the error; "" for none
	}{
		{nil, "command is missing"},
		{[]string{"dmeo"}, "no command"},
		{[]string{"demo", "now"}, `"now" is none: hush demo -h`},
		{[]string{"demo", "--addr", "8080"}, "not host:port"},
		{[]string{"demo", "--redis", "localhost"}, "--redis"},
		{[]string{"demo", "--log", "xml"}, "--log"},
		{[]string{"demo", "--nonsense"}, "nonsense"},
		{[]string{"version"}, ""},
		{[]string{"help"}, ""},
	} {
		err := run(t.Context(), c.args, nil, io.Discard, io.Discard)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%q: %v", c.args, err)
		}
	}
	if err := run(t.Context(), []string{"demo", "-h"}, nil, io.Discard, io.Discard); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("demo -h: %v", err)
	}
}

// TestVersion: what scripts/build.sh was told is what the binary says.
func TestVersion(t *testing.T) {
	bin := filepath.Join(t.TempDir(), "hush")
	build, err := filepath.Abs("../../scripts/build.sh")
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(build, bin, "v1.2.3").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := exec.Command(bin, "version").Output()
	if want := "hush v1.2.3 " + runtime.Version() + "\n"; err != nil || string(out) != want {
		t.Errorf("%q, %v, want %q", out, err, want)
	}
	if out, err := exec.Command(build, bin, "v1 -X main.usage=x").CombinedOutput(); err == nil {
		t.Errorf("a version with spaces is taken: %s", out)
	}
}

// TestServeFinishesWhatIsInFlight: a request that began before the signal gets
// its answer.
func TestServeFinishesWhatIsInFlight(t *testing.T) {
	began, release := make(chan struct{}), make(chan struct{})
	s := &site{name: "slow", flag: "--x", addr: "localhost:0", handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(began)
		<-release
		io.WriteString(w, "done")
	})}
	ctx, stop := context.WithCancel(t.Context())
	if err := listen(ctx, []*site{s}); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		ended <- serve(ctx, []*site{s}, slog.New(slog.DiscardHandler), func(ctx context.Context) error { <-ctx.Done(); return nil })
	}()
	answer := make(chan string, 1)
	go func() {
		res, err := http.Get("http://" + s.listener.Addr().String())
		if err != nil {
			answer <- err.Error()
			return
		}
		defer res.Body.Close()
		body, _ := io.ReadAll(res.Body)
		answer <- string(body)
	}()
	<-began
	stop()
	// The listener is gone while the request is still being answered.
	for {
		conn, err := net.Dial("tcp", s.listener.Addr().String())
		if err != nil {
			break
		}
		conn.Close()
	}
	close(release)
	if got := <-answer; got != "done" {
		t.Errorf("answer = %q", got)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestNothingIsLeftBehind runs the built program, ends it by signal, and
// compares the processes of its group and the listening ports before and after.
func TestNothingIsLeftBehind(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Log("reads /proc: nothing to compare on", runtime.GOOS)
		return
	}
	bin := filepath.Join(t.TempDir(), "hush")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		addrs := freeAddrs(t, 6)
		cmd := exec.Command(bin, demoArgs(addrs)...)
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		get(t, "http://"+addrs[1]+"/readyz")
		if n := processes(t, cmd.Process.Pid); n != 1 {
			t.Errorf("%d processes while it runs, want 1", n)
		}
		if err := cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("%v: %v", signal, err)
		}
		if n := processes(t, cmd.Process.Pid); n != 0 {
			t.Errorf("%d processes left", n)
		}
		ports := listening(t)
		for _, addr := range addrs {
			_, port, _ := net.SplitHostPort(addr)
			if ports[port] {
				t.Errorf("port %s is still open", port)
			}
		}
	}
}

// processes counts those of a process group.
func processes(t *testing.T, group int) int {
	t.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, name := range stats {
		stat, err := os.ReadFile(name)
		if err != nil {
			continue // ended meanwhile
		}
		_, rest, _ := strings.Cut(string(stat), ") ")
		if fields := strings.Fields(rest); len(fields) > 2 && fields[2] == strconv.Itoa(group) {
			n++
		}
	}
	return n
}

// listening returns the local TCP ports in state LISTEN.
func listening(t *testing.T) map[string]bool {
	t.Helper()
	ports := map[string]bool{}
	for _, name := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		table, err := os.ReadFile(name)
		if err != nil {
			continue // no IPv6
		}
		for line := range strings.SplitSeq(string(table), "\n") {
			fields := strings.Fields(line)
			if len(fields) < 4 || fields[3] != "0A" {
				continue
			}
			_, port, _ := strings.Cut(fields[1], ":")
			if n, err := strconv.ParseUint(port, 16, 16); err == nil {
				ports[strconv.FormatUint(n, 10)] = true
			}
		}
	}
	return ports
}
