package main

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/rules"
	"github.com/hush-sso/hush/web/demo"
)

// demoRegistry is what the demo's provider knows: people may change their passwords,
// and rules are read again, while it runs.
type demoRegistry struct {
	config  demo.Config
	replace func(provider.Registry) error

	mu    sync.Mutex
	users []login.User
	rules *rules.Set // nil: none
}

func (d *demoRegistry) registry() provider.Registry {
	return provider.Registry{Clients: d.config.Clients(), APIs: d.config.APIs(), Users: d.users, ACR: demo.ACR(), Hosts: demoHosts(d.config), Rules: provider.Rules{Set: d.rules}}
}

// people puts other people in place.
func (d *demoRegistry) people(users []login.User) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.users = users
	return d.replace(d.registry())
}

// load reads the rules that the demo begins with.
func (d *demoRegistry) load(f demoFlags, stderr io.Writer) (err error) {
	if f.rules != "" {
		d.rules, err = loadRules(ruleFlags{path: f.rules, configuration: f.configuration}, stderr)
	}
	return err
}

// watch puts rules in place when they change. While there is something wrong with
// them, those that ran go on.
func (d *demoRegistry) watch(ctx context.Context, f demoFlags, log *slog.Logger) {
	told := ""
	for tick := time.NewTicker(pollEvery); ; {
		select {
		case <-ctx.Done():
			tick.Stop()
			return
		case <-tick.C:
		}
		set, err := rules.Load(f.rules, f.configuration, nil)
		if err == nil {
			err = d.change(set, log)
		}
		switch {
		case err == nil:
			told = ""
		case err.Error() != told: // once for each
			told = err.Error()
			log.Error("rules not loaded, those before go on", "error", err)
		}
	}
}

func (d *demoRegistry) change(set *rules.Set, log *slog.Logger) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if set.Version() == d.rules.Version() {
		return nil
	}
	before := d.rules
	d.rules = set
	if err := d.replace(d.registry()); err != nil {
		d.rules = before
		return err
	}
	log.Info("rules loaded", "rules", len(set.Rules))
	return nil
}
