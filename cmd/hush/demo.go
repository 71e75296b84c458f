package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"

	"github.com/hush-sso/hush/internal/egress"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/web/demo"
)

const demoUsage = `Usage: hush demo [flags]

Starts the provider, three single-page apps and an API on this machine. Needs
nothing else: sessions live in an embedded Redis and are gone when it ends.
`

// demoFlags are the demo's switches.
type demoFlags struct {
	addr, admin, orders, reports, classic, api string
	redis, log                                 string
	crossSite                                  bool
	rules                                      string
	configuration                              settings
}

func parseDemoFlags(args []string, stderr io.Writer) (demoFlags, error) {
	f := demoFlags{configuration: settings{}}
	set := flag.NewFlagSet("demo", flag.ContinueOnError)
	set.StringVar(&f.addr, "addr", "localhost:8080", "where the provider listens; the port is part of the issuer")
	set.StringVar(&f.admin, "admin", defaultAdmin, "where /livez, /readyz and /metrics are served")
	set.StringVar(&f.orders, "orders", "localhost:3001", "where app one, Orders, listens")
	set.StringVar(&f.reports, "reports", "localhost:3002", "where app two, Reports, listens")
	set.StringVar(&f.classic, "classic", "localhost:3003", "where app three, Classic, listens")
	set.StringVar(&f.api, "api", "localhost:3004", "where the API listens")
	set.StringVar(&f.redis, "redis", "", "use this Redis instead of the embedded one, e.g. redis://localhost:6379/0")
	set.BoolVar(&f.crossSite, "cross-site", false, "serve the apps on other sites (orders.localhost and so on), so that browsers treat the provider's cookie as a third party's")
	set.StringVar(&f.rules, "rules", "", "a folder of rules to run at every authentication, e.g. docs/examples/rules")
	set.Var(f.configuration, "configuration", "what rules read as configuration: NAME=VALUE, again for each, or a file of JSON with all of them")
	set.StringVar(&f.log, "log", "text", "log of requests on standard error: text, json or off")
	return f, parseFlags(set, demoUsage, args, stderr)
}

// origin returns the web origin of a listener. Its host is localhost whatever
// the listener is bound to: browsers treat that name as secure without TLS.
func origin(addr, name string) (string, error) {
	_, port, err := net.SplitHostPort(addr)
	if err != nil || port == "" {
		return "", fmt.Errorf("%q is not host:port, such as localhost:8080", addr)
	}
	return "http://" + strings.TrimPrefix(name+".localhost:", ".") + port, nil
}

// demoConfig says where everything of the demo stands.
func demoConfig(f demoFlags) (demo.Config, error) {
	names := map[string]string{"orders": "", "reports": "", "classic": ""}
	if f.crossSite {
		names = map[string]string{"orders": "orders", "reports": "reports", "classic": "classic"}
	}
	c := demo.Config{Audience: demo.DefaultAudience, Calls: true, CrossSite: f.crossSite}
	var errs [5]error
	c.Issuer, errs[0] = origin(f.addr, "")
	c.Issuer += "/"
	c.Orders, errs[1] = origin(f.orders, names["orders"])
	c.Reports, errs[2] = origin(f.reports, names["reports"])
	c.Classic, errs[3] = origin(f.classic, names["classic"])
	c.API, errs[4] = origin(f.api, "")
	if f.crossSite {
		c.Beside, _ = origin(f.addr, "login.orders") // its error is that of the issuer
		c.Beside += "/"
	}
	return c, errors.Join(errs[:]...)
}

func runDemo(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f, err := parseDemoFlags(args, stderr)
	if err != nil {
		return err
	}
	c, err := demoConfig(f)
	if err != nil {
		return err
	}
	log, err := newLog(f.log, stderr)
	if err != nil {
		return err
	}
	store, err := demoStore(f.redis)
	if err != nil {
		return err
	}
	defer store.Close()
	passwords := &demo.Passwords{}
	known := &demoRegistry{config: c, users: demo.Users()}
	if err := known.load(f, stderr); err != nil {
		return err
	}
	r := known.registry()
	p, err := provider.New(provider.Options{
		Issuer: c.Issuer, Secrets: demoSecrets(), Store: store, Passwords: passwords,
		Clients: r.Clients, APIs: r.APIs, Users: r.Users, ACR: r.ACR, RuleSet: r.Rules, Session: demo.Session(), Factors: &provider.Factors{},
		Hosts: r.Hosts, CrossSite: f.crossSite, Log: log, Egress: egress.Options{Allow: loopback}, AdminToken: demoAdminToken, HashApart: true,
	})
	if err != nil {
		return err
	}
	defer p.Close()
	known.replace, passwords.Replace = p.Replace, known.people
	sites := []*site{
		{name: "the provider", flag: "--addr", addr: f.addr, handler: p.Public},
		{name: "the admin listener", flag: "--admin", addr: f.admin, handler: p.Admin},
		{name: "app one", flag: "--orders", addr: f.orders, handler: demo.OrdersApp(c)},
		{name: "app two", flag: "--reports", addr: f.reports, handler: demo.ReportsApp(c)},
		{name: "app three", flag: "--classic", addr: f.classic, handler: demo.ClassicApp(c)},
		{name: "the API", flag: "--api", addr: f.api, handler: demo.OrdersAPI(c)},
	}
	if err := listen(ctx, sites); err != nil {
		return err
	}
	if f.redis == "" {
		// The embedded store answers at once: no visitor meets a provider
		// without keys.
		if err := p.LoadKeys(ctx); err != nil {
			closeAll(sites)
			return err
		}
	}
	printDemo(stdout, f, c)
	return serve(ctx, sites, log, func(ctx context.Context) error {
		if f.rules != "" {
			go known.watch(ctx, f, log)
		}
		return p.Run(ctx)
	})
}

// demoHosts are where else the provider is: on the site of Orders, if that is another.
func demoHosts(c demo.Config) []provider.Host {
	if c.Beside == "" {
		return nil
	}
	return []provider.Host{{URL: c.Beside, SharedIssuer: true}}
}

// loopback is where the demo's apps are told of sign-outs.
var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

func demoStore(url string) (*redisstore.Store, error) {
	if url == "" {
		return redisstore.Embedded()
	}
	o := redisstore.Options{URL: url}
	if err := o.Validate(); err != nil {
		return nil, fmt.Errorf("--redis: %w", err)
	}
	return redisstore.Open(o), nil
}

// demoSecrets is the same at every start, so that a demo on a real Redis can be
// stopped and started, and two of them can share it. It protects nothing: its
// users' passwords are printed on the first screen.
func demoSecrets() [][]byte {
	sum := sha256.Sum256([]byte("hush demo: not a secret"))
	return [][]byte{sum[:]}
}

// defaultAdmin is where the admin listener is, and where commands look for it.
const defaultAdmin = "127.0.0.1:9090"

// demoAdminToken protects as little, on a listener that is on loopback.
const demoAdminToken = "demo-operator"

// operate is a command of operators, to be copied.
func operate(f demoFlags) string {
	command := "HUSH_ADMIN_TOKEN=" + demoAdminToken + " hush users show alice"
	if f.admin != defaultAdmin {
		command += " --admin " + f.admin
	}
	return command
}

func printDemo(w io.Writer, f demoFlags, c demo.Config) {
	sessions := "embedded Redis, in memory: gone when this ends"
	if f.redis != "" {
		sessions = "the Redis that --redis names"
	}
	fmt.Fprintf(w, `
Hush demo: three apps, one sign-in, silent renewal

  Orders    %-32s oidc-client-ts, code + PKCE
  Reports   %-32s auth0-spa-js, code + PKCE, web_message
  Classic   %-32s auth0-js, implicit grant, checkSession

  Sign in as  alice / wonderland  or  bob / builder

  Provider  %s
  API       %s
  Admin     http://%s/metrics  /readyz  /livez
  Operate   http://%s/admin/ with the token %s, or
            %s
  Sessions  %s
%s
%s Ctrl-C ends it.%s

`, c.Orders, c.Reports, c.Classic, c.Issuer, c.API, f.admin, f.admin, demoAdminToken, operate(f), sessions, rulesHint(f), first(f), logHint(f))
}

func rulesHint(f demoFlags) string {
	if f.rules == "" {
		return ""
	}
	return "  Rules     those in " + f.rules + ", read again when they change\n"
}

// first says what to do first.
func first(f demoFlags) string {
	if f.crossSite {
		return "Block third-party cookies in the browser, open Reports, and go on as docs/demo.md says\n(Blocked third-party cookies): each app shows by which way it renewed."
	}
	return "Open Orders and sign in, then open the other two."
}

// logHint says what comes after the first screen.
func logHint(f demoFlags) string {
	if f.log == "off" {
		return ""
	}
	return "\nBelow is one line a request; --log off leaves them out."
}
