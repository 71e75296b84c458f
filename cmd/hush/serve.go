package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/hush-sso/hush/internal/config"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
)

const serveUsage = `Usage: hush serve [--config hush.yaml] [flags]

Runs the provider that the configuration file describes, until it is told to
stop. Apps, APIs, users, rules, branding and TLS certificates are read again when their files
change and at SIGHUP; a file with problems changes nothing, and the log names
them. Everything else needs a restart.

Example:

  hush check --config /etc/hush/hush.yaml && hush serve --config /etc/hush/hush.yaml --log json
  kill -HUP "$(pidof hush)"
`

// serveFlags are the switches of hush serve.
type serveFlags struct{ config, admin, log string }

func parseServeFlags(args []string, stderr io.Writer) (serveFlags, error) {
	var f serveFlags
	set := flag.NewFlagSet("serve", flag.ContinueOnError)
	set.StringVar(&f.config, "config", "hush.yaml", "the configuration file")
	set.StringVar(&f.admin, "admin", "", "where /livez, /readyz and /metrics are served, instead of admin.listen")
	set.StringVar(&f.log, "log", "text", "log on standard error: text, json or off")
	return f, parseFlags(set, serveUsage, args, stderr)
}

func runServe(ctx context.Context, args []string, stderr io.Writer) error {
	f, err := parseServeFlags(args, stderr)
	if err != nil {
		return err
	}
	log, err := newLog(f.log, stderr)
	if err != nil {
		return err
	}
	// Before anything else, so that an early SIGHUP does not end the program.
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	r := &reloader{log: log, hup: hup, every: pollEvery}
	c, err := load(f.config, stderr)
	if err != nil {
		return err
	}
	for _, w := range c.Warnings() {
		log.Warn("configuration: "+w.Text, "key", w.Key, "line", w.Line)
	}
	if err := c.CheckWritable(ctx); err != nil {
		return err
	}
	store, err := openStore(c)
	if err != nil {
		return err
	}
	defer store.Close()
	if r.audit, err = openAudit(c, store, log); err != nil {
		return err
	}
	defer keepAudit(r.audit)()
	tracer := openTracer(c, log)
	defer closeTracer(tracer, log)
	o := options(c)
	o.Store, o.Log, o.Passwords, o.Audit, o.Tracer = store, log, r, r.audit, tracer
	p, err := provider.New(o)
	if err != nil {
		return err
	}
	defer p.Close()
	r.hold(c, p)
	return serveSites(ctx, c, f, p, r)
}

func serveSites(ctx context.Context, c *config.Config, f serveFlags, p *provider.Provider, r *reloader) error {
	admin := cmp.Or(f.admin, c.Admin.Listen)
	sites := []*site{
		{name: "the provider", flag: "listen:", addr: c.Listen, handler: p.Public, gate: p.Admission, tls: r.tls()},
		{name: "the admin listener", flag: "--admin", addr: admin, handler: p.Admin},
	}
	if err := listen(ctx, sites); err != nil {
		return err
	}
	if c.Embedded() {
		// It answers at once: no visitor meets a provider without keys.
		if err := p.LoadKeys(ctx); err != nil {
			closeAll(sites)
			return err
		}
	}
	r.log.Info("hush serves", "issuer", c.Issuer, "hosts", len(c.Hosts), "listen", sites[0].listener.Addr().String(), "tls", c.TLS != nil,
		"admin", sites[1].listener.Addr().String(), "redis", cmp.Or(c.Redis.Mode, "single"),
		"clients", len(c.Clients), "apis", len(c.APIs), "users", len(c.LoginUsers()), "rules", c.RuleCount(), "version", version())
	return serve(ctx, sites, r.log, func(ctx context.Context) error {
		group, ctx := errgroup.WithContext(ctx)
		group.Go(func() error { return p.Run(ctx) })
		group.Go(func() error { r.run(ctx); return nil })
		return group.Wait()
	})
}

func openStore(c *config.Config) (*redisstore.Store, error) {
	if c.Embedded() {
		return redisstore.Embedded()
	}
	if err := c.Store().Validate(); err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	return redisstore.Open(c.Store()), nil
}

// registry is what a reload replaces.
func registry(c *config.Config) provider.Registry {
	return provider.Registry{Clients: c.ClientSpecs(), APIs: c.APISpecs(), Users: c.LoginUsers(), Brand: c.Brand(), ACR: c.ACROrder(), Hosts: hosts(c), Rules: ruleSet(c), Connections: c.ConnectionSpecs(), Directories: c.DirectorySpecs()}
}

// ruleSet is what judges who is let in.
func ruleSet(c *config.Config) provider.Rules {
	if c.Rules == nil {
		return provider.Rules{}
	}
	return provider.Rules{
		Set: c.RuleSet(), Connection: c.Rules.Connection, Strategy: c.Rules.Strategy,
		Limits: provider.RuleLimits{Timeout: c.Rules.Timeout, Workers: c.Rules.Workers, Memory: int64(c.Rules.Memory) << 20},
	}
}

func hosts(c *config.Config) []provider.Host {
	list := make([]provider.Host, len(c.Hosts))
	for i, h := range c.Hosts {
		list[i] = provider.Host{URL: h.URL, SharedIssuer: h.Issuer == config.SharedIssuer}
	}
	return list
}

// options are those of the provider, without the store and the log.
func options(c *config.Config) provider.Options {
	r := registry(c)
	var factors *provider.Factors
	if f := c.Factors; f != nil {
		factors = &provider.Factors{Required: f.Required, NoPasskeys: f.Passkeys == "none", PasswordFirst: f.Passkeys == "factor"}
	}
	return provider.Options{
		Issuer: c.Issuer, Secrets: c.SecretKeys(), PairwiseSalt: c.PairwiseKey(),
		Clients: r.Clients, APIs: r.APIs, Users: r.Users, Brand: r.Brand, ACR: r.ACR, Hosts: r.Hosts, RuleSet: r.Rules, Connections: r.Connections, Directories: r.Directories,
		Factors: factors,
		Session: c.SessionPolicy(),
		Tokens: provider.Lifetimes{
			IDToken: c.Tokens.IDToken, AccessToken: c.Tokens.AccessToken,
			BrowserAccessToken: c.Tokens.BrowserAccessToken, Code: c.Tokens.Code, Refresh: c.Tokens.RefreshToken,
		},
		Signing:     provider.Signing(c.Signing.Library),
		KeyRotation: provider.KeyRotation{Every: c.Keys.RotateEvery, Publish: c.Keys.Publish}, KeyFiles: c.KeyFiles(),
		Registration: provider.Registration{
			Enabled: c.Registration.Enabled, Open: c.Registration.Open,
			Tokens: c.RegistrationTokens(), AllowImplicit: c.Registration.AllowImplicit,
		},
		RenewalIsActivity: &c.Session.RenewalIsActivity, RenewalCookie: &c.Session.RenewalCookie, TrustedProxies: c.TrustedProxies, Egress: c.Outbound(),
		DPoPNonce: &c.DPoP.Nonce, AdminToken: string(c.Admin.Token), HashApart: true,
	}
}

// pollEvery is how often the files are looked at. Reading a few kilobytes costs
// less than asking the kernel to tell: a notification is tied to one inode, and
// editors, Kubernetes and network file systems put another in its place.
var pollEvery = 2 * time.Second
