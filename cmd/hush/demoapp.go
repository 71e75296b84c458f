package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/hush-sso/hush/web/demo"
)

const demoAppUsage = `Usage: hush demo-app orders|reports|classic|api [flags]

Runs one of the demo's apps, or its API, alone: for a demo of which each part is
a process or container of its own. The provider beside it is a hush serve with
docs/examples/demo/hush.yaml, which knows these apps. "hush demo" runs all of
them in one process.

Every URL here is the one that browsers use, and the same for all parts, but for
--keys: the API asks the provider itself, and may have to do so at another
address. Tokens must name the public issuer all the same.

Example:

  hush demo-app orders
  hush demo-app api --listen 0.0.0.0:3004 --keys http://hush:8080/.well-known/jwks.json
`

// part is one of the demo's apps or its API.
type part struct {
	listen  string // default address
	handler func(demo.Config) http.Handler
}

var parts = map[string]part{
	"orders":  {"localhost:3001", demo.OrdersApp},
	"reports": {"localhost:3002", demo.ReportsApp},
	"classic": {"localhost:3003", demo.ClassicApp},
	"api":     {"localhost:3004", demo.OrdersAPI},
}

// demoAppFlags are the switches of hush demo-app.
type demoAppFlags struct {
	name, listen, log string
	config            demo.Config
}

func parseDemoAppFlags(args []string, stderr io.Writer) (demoAppFlags, error) {
	f := demoAppFlags{config: demo.Config{Audience: demo.DefaultAudience}}
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		f.name, args = args[0], args[1:]
	}
	p, known := parts[f.name]
	set := flag.NewFlagSet("demo-app", flag.ContinueOnError)
	set.StringVar(&f.listen, "listen", "", "where it listens; localhost:3001, 3002, 3003 and 3004 in this order where it is not said")
	set.StringVar(&f.config.Issuer, "issuer", "http://localhost:8080/", "the provider's issuer, byte for byte as it stands in hush.yaml")
	set.StringVar(&f.config.Orders, "orders", "http://localhost:3001", "where browsers find app one, Orders")
	set.StringVar(&f.config.Reports, "reports", "http://localhost:3002", "where browsers find app two, Reports")
	set.StringVar(&f.config.Classic, "classic", "http://localhost:3003", "where browsers find app three, Classic")
	set.StringVar(&f.config.API, "api", "http://localhost:3004", "where browsers find the API")
	set.StringVar(&f.config.KeysURL, "keys", "", "where the API fetches the provider's keys; under the issuer where it is not said")
	set.StringVar(&f.log, "log", "text", "log on standard error: text, json or off")
	if err := parseFlags(set, demoAppUsage, args, stderr); err != nil {
		return f, err
	}
	switch {
	case f.name == "":
		return f, errors.New("demo-app needs the name of a part: orders, reports, classic or api")
	case !known:
		return f, fmt.Errorf("the demo has no part %q: write orders, reports, classic or api", f.name)
	case f.config.KeysURL != "" && f.name != "api":
		return f, errors.New("--keys is for the api: apps in the browser ask the issuer")
	}
	f.listen = cmp.Or(f.listen, p.listen)
	return f, errors.Join(checkURLs(f.config)...)
}

// checkURLs tells which of the demo's URLs could not work.
func checkURLs(c demo.Config) (errs []error) {
	for _, u := range []struct{ flag, value string }{
		{"--orders", c.Orders}, {"--reports", c.Reports}, {"--classic", c.Classic}, {"--api", c.API},
	} {
		if !isOrigin(u.value) {
			errs = append(errs, fmt.Errorf("%s must be scheme, host and port without a slash at the end, such as http://localhost:3001, not %q", u.flag, u.value))
		}
	}
	if !isHTTP(c.Issuer) {
		errs = append(errs, fmt.Errorf("--issuer must be the issuer in hush.yaml, such as http://localhost:8080/, not %q", c.Issuer))
	}
	if c.KeysURL != "" && !isHTTP(c.KeysURL) {
		errs = append(errs, fmt.Errorf("--keys must be a URL such as http://hush:8080/.well-known/jwks.json, not %q", c.KeysURL))
	}
	return errs
}

func runDemoApp(ctx context.Context, args []string, stderr io.Writer) error {
	f, err := parseDemoAppFlags(args, stderr)
	if err != nil {
		return err
	}
	log, err := newLog(f.log, stderr)
	if err != nil {
		return err
	}
	sites := []*site{{name: "the demo's " + f.name, flag: "--listen", addr: f.listen, handler: parts[f.name].handler(f.config)}}
	if err := listen(ctx, sites); err != nil {
		return err
	}
	log.Info("hush demo-app serves", "part", f.name, "listen", sites[0].listener.Addr().String(), "issuer", f.config.Issuer, "version", version())
	return serve(ctx, sites, log, func(ctx context.Context) error { <-ctx.Done(); return nil })
}
