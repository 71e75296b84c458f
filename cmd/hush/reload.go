package main

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hush-sso/hush/internal/audit"
	"github.com/hush-sso/hush/internal/config"
	"github.com/hush-sso/hush/internal/provider"
)

// reloader brings changes of the configuration's files into a running
// provider. Whatever is wrong with them, what runs goes on as it was.
type reloader struct {
	log   *slog.Logger
	audit *audit.Log // nil: none
	hup   <-chan os.Signal
	every time.Duration

	mu          sync.Mutex // held while loaded and what the provider knows become others
	provider    *provider.Provider
	started     *config.Config // as the program was started with
	loaded      *config.Config // as it was loaded last
	certificate atomic.Pointer[tls.Certificate]

	saw     config.Sum // the files as they were loaded or refused last
	pending config.Sum // the files as they were at the last look
}

// hold takes what the program starts with.
func (r *reloader) hold(c *config.Config, p *provider.Provider) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.provider, r.started, r.loaded = p, c, c
	r.certificate.Store(c.Certificate())
	r.saw, r.pending = c.Sum(), c.Sum()
}

// run reloads at SIGHUP at once. At a change of the files it waits until two
// looks in a row see the same, so that a file half written is not judged.
func (r *reloader) run(ctx context.Context) {
	ticks := time.NewTicker(r.every)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.hup:
			r.audit.Reopen()
			r.pending = config.Fingerprint(r.files())
			r.reload("SIGHUP")
		case <-ticks.C:
			now := config.Fingerprint(r.files())
			settled := now == r.pending
			r.pending = now
			if settled && now != r.saw {
				r.reload("file change")
			}
		}
	}
}

// reload loads the file and puts its registry and certificate in place, all or
// nothing. What needs a restart is named each time until it happens.
func (r *reloader) reload(why string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.saw = r.pending
	next, err := config.Load(r.started.Path(), os.LookupEnv)
	if err != nil {
		r.refuse(why, err)
		return
	}
	if err := r.provider.Replace(registry(next)); err != nil {
		r.refuse(why, err)
		return
	}
	if pair := next.Certificate(); pair != nil && r.started.TLS != nil {
		r.certificate.Store(pair)
	}
	said := r.loaded.Warnings()
	r.loaded, r.saw = next, next.Sum()
	r.provider.Stale(false)
	r.noteReload(why, audit.OK)
	r.log.Info("configuration reloaded", "because", why, "clients", len(next.Clients), "apis", len(next.APIs), "users", len(next.LoginUsers()), "rules", next.RuleCount())
	for _, w := range next.Warnings() {
		if slices.Contains(said, w) {
			continue // whoever changes a password reloads
		}
		r.log.Warn("configuration: "+w.Text, "key", w.Key, "line", w.Line)
	}
	if err := next.CheckWritable(context.Background()); err != nil {
		r.log.Error("configuration: nobody can change a password", "cause", err)
	}
	if keys := r.started.NeedsRestart(next); len(keys) > 0 {
		r.log.Warn("configuration: these keys changed, which only a restart applies", "keys", strings.Join(keys, " "))
	}
}

// files are those that are looked at.
func (r *reloader) files() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.loaded.Files()
}

// refuse says why what runs is kept.
func (r *reloader) refuse(why string, err error) {
	var problems config.Problems
	if !errors.As(err, &problems) {
		problems = config.Problems{{File: r.started.Path(), Text: err.Error()}}
	}
	for _, p := range problems {
		r.log.Error("configuration: "+p.Text, "file", p.File, "line", p.Line, "key", p.Key)
	}
	r.provider.Stale(true)
	r.noteReload(why, "refused")
	r.log.Error("configuration not reloaded: the old one stays in use", "because", why, "problems", len(problems))
}

// tls is the public listener's, or nil for plain HTTP. Each handshake takes the
// certificate of the moment.
func (r *reloader) tls() *tls.Config {
	if r.started.TLS == nil {
		return nil
	}
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return r.certificate.Load(), nil },
	}
}
