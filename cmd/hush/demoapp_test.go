package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"strings"
	"testing"
)

func TestDemoApp(t *testing.T) {
	addrs := freeAddrs(t, 4)
	for i, name := range []string{"orders", "reports", "classic", "api"} {
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			ended <- run(ctx, []string{"demo-app", name, "--log", "off", "--listen", addrs[i], "--issuer", "https://login.example.com/"}, nil, io.Discard, io.Discard)
		}()
		if page := get(t, "http://"+addrs[i]+"/"); !strings.Contains(page, "https://login.example.com/") || !strings.Contains(page, `href="http://localhost:3001/"`) {
			t.Errorf("%s: %s", name, page)
		}
		stop()
		if err := <-ended; err != nil {
			t.Errorf("%s ended with %v", name, err)
		}
	}
}

func TestDemoAppRefuses(t *testing.T) {
	for args, want := range map[string]string{
		"demo-app":            "needs the name of a part",
		"demo-app --log off":  "needs the name of a part",
		"demo-app shop":       `no part "shop"`,
		"demo-app orders now": "flags only",
		"demo-app orders --orders http://localhost:3001/":   "--orders must be scheme, host and port",
		"demo-app orders --api localhost:3004":              "--api must be",
		"demo-app orders --issuer localhost:8080":           "--issuer must be",
		"demo-app orders --keys http://hush:8080/jwks.json": "--keys is for the api",
		"demo-app api --keys hush:8080":                     "--keys must be a URL",
		"demo-app api --log xml":                            "--log must be",
	} {
		if _, _, err := said(t, "", strings.Fields(args)...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", args, err, want)
		}
	}
}

func TestDemoAppHelp(t *testing.T) {
	_, help, err := said(t, "", "demo-app", "-h")
	if !errors.Is(err, flag.ErrHelp) || !strings.Contains(help, "Usage: hush demo-app") || !strings.Contains(help, "Example:") || !strings.Contains(usage, "hush demo-app ") {
		t.Errorf("%v\n%s", err, help)
	}
}
