package main

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/hushtest"
)

// TestDemoRules: the demo's rules judge, are read again when they change, and stay as
// they were while one of them is broken.
func TestDemoRules(t *testing.T) {
	before := pollEvery
	pollEvery = 20 * time.Millisecond
	dir := ruled(t, "no.js", "function (user, context, callback) { callback(new UnauthorizedError(configuration.WORDS)); }")
	addrs := freeAddrs(t, 6)
	ctx, stop := context.WithCancel(t.Context())
	log := &hushtest.Output{}
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, demoArgs(addrs, "--log", "text", "--rules", dir, "--configuration", "WORDS=first words"), nil, log, log)
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("ended with %v", err)
		}
		pollEvery = before
	})
	get(t, "http://"+addrs[1]+"/readyz")
	if !strings.Contains(log.String(), "Rules     those in "+dir) {
		t.Errorf("the first screen does not name the rules:\n%s", log.String())
	}
	refusal := func() string {
		t.Helper()
		a := hushtest.NewAgent(t, "http://"+addrs[0]+"/", http.DefaultTransport)
		a.Authorize(url.Values{
			"client_id": {"demo-orders"}, "redirect_uri": {"http://" + addrs[2] + "/callback"}, "response_type": {"code"}, "scope": {"openid"},
			"code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"},
		})
		r := a.SignIn("alice", "wonderland")
		if r.Answer == nil {
			t.Fatalf("no answer but %d\n%.300s", r.Status, r.Body)
		}
		return r.Answer.Params["error_description"]
	}
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, "no.js"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := refusal(); got != "first words" {
		t.Errorf("alice is told %q", got)
	}
	write("x(")
	until(t, "the log of what is wrong", func() bool { return strings.Contains(log.String(), "those before go on") })
	if got := refusal(); got != "first words" {
		t.Errorf("over a broken file alice is told %q", got)
	}
	if n := strings.Count(log.String(), "those before go on"); n != 1 {
		t.Errorf("the same problem is told %d times", n)
	}
	write("function (user, context, callback) { callback(new UnauthorizedError('other words')); }")
	until(t, "the other rule", func() bool { return strings.Contains(log.String(), "rules loaded") })
	if got := refusal(); got != "other words" {
		t.Errorf("then alice is told %q", got)
	}
	brief, cancel := context.WithTimeout(t.Context(), 2*time.Second) // it would run as long as it may
	defer cancel()
	if err := run(brief, demoArgs(freeAddrs(t, 6), "--rules", dir+"/none"), nil, log, log); err == nil || !strings.Contains(err.Error(), "1 problem") {
		t.Errorf("a folder that is not there: %v", err)
	}
}
