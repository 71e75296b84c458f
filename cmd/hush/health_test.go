package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/redistest"
)

func TestHealth(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/ok", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html>anything") })
	mux.HandleFunc("/no", func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "not ready: because\nsecond line \x1b[31m", http.StatusServiceUnavailable)
	})
	mux.Handle("/elsewhere", http.RedirectHandler("/ok", http.StatusFound))
	mux.HandleFunc("/hangs", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	server := httptest.NewServer(mux)
	defer server.Close()
	gone := httptest.NewServer(mux)
	gone.Close()

	for args, want := range map[string]string{
		"--url " + server.URL + "/ok":                    "",
		"--url " + server.URL + "/no":                    `503 Service Unavailable: "not ready: because"`,
		"--url " + server.URL + "/elsewhere":             "302 Found",
		"--url " + server.URL + "/hangs --timeout 100ms": "does not answer in time",
		"--url " + gone.URL:                              "connection refused",
		"--url 127.0.0.1:9090":                           "--url must be a URL",
	} {
		out, _, err := said(t, "", append([]string{"health"}, strings.Fields(args)...)...)
		if want == "" && (err != nil || out != "ok\n") || want != "" && (err == nil || out != "" || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %q, %v, want %q", args, out, err, want)
		}
	}
}

// TestHealthIgnoresProxy: what is asked is the process itself, whatever the
// environment of the container says.
func TestHealthIgnoresProxy(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok") }))
	defer proxy.Close()
	t.Setenv("HTTP_PROXY", proxy.URL)
	if _, _, err := said(t, "", "health", "--url", "http://health.invalid/readyz"); err == nil {
		t.Error("the proxy's answer counts")
	}
}

// TestReplicaIsNotReady: a replica may not know of a sign-out yet, so a server
// that was given one as its Redis takes no traffic and says what to write.
func TestReplicaIsNotReady(t *testing.T) {
	primary := redistest.Server(t, "--repl-diskless-sync-delay", "0")
	host, port, _ := strings.Cut(primary.Addr(), ":")
	replica := redistest.Server(t, "--replicaof", host+" "+port, "--repl-diskless-load", "swapdb")
	t.Setenv("HUSH_TEST_SECRET", newSecret())
	serveOn := func(redis string) (admin string) {
		addrs := freeAddrs(t, 2)
		s := &served{t: t, dir: t.TempDir(), addr: addrs[0], host: "http"}
		text := strings.Replace(s.text("shop"), "{mode: embedded}", `{mode: single, addrs: ["`+redis+`"]}`, 1)
		s.write("hush.yaml", strings.Replace(text, "issuer: http://"+s.addr, "issuer: http://localhost:8080", 1)) // one issuer, so one set of keys
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			ended <- run(ctx, []string{"serve", "--log", "off", "--config", s.dir + "/hush.yaml", "--admin", addrs[1]}, nil, io.Discard, io.Discard)
		}()
		t.Cleanup(func() {
			stop()
			if err := <-ended; err != nil {
				t.Errorf("serve ended with %v", err)
			}
		})
		return addrs[1]
	}
	get(t, "http://"+serveOn(primary.Addr())+"/readyz") // it makes the keys, which the replica gets
	admin := serveOn(replica.Addr())
	var err error
	until(t, "not ready because of the replica", func() bool {
		_, _, err = said(t, "", "health", "--url", "http://"+admin+"/readyz")
		return err != nil && strings.Contains(err.Error(), "is a replica")
	})
}
