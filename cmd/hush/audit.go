package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"os"

	"github.com/hush-sso/hush/internal/audit"
	"github.com/hush-sso/hush/internal/config"
	"github.com/hush-sso/hush/internal/redisstore"
)

// openAudit returns the audit log, nil where there is none.
func openAudit(c *config.Config, store *redisstore.Store, log *slog.Logger) (*audit.Log, error) {
	if c.Audit == nil {
		return nil, nil
	}
	sink, err := auditSink(c, store)
	if err != nil {
		return nil, fmt.Errorf("configuration: audit: %w", err)
	}
	host, _ := os.Hostname() // without one lines have no node
	return audit.New(audit.Config{
		Sink: sink, Policy: audit.Policy(c.Audit.OnError), Silent: audit.Silent(c.Audit.Renewals),
		Node: cmp.Or(c.Audit.Node, host), Log: log,
	}), nil
}

func auditSink(c *config.Config, store *redisstore.Store) (audit.Sink, error) {
	switch a := c.Audit; a.To {
	case "stdout":
		return audit.Stream{To: os.Stdout}, nil
	case "redis":
		return store.AuditStream(int64(a.StreamLength), a.Keep), nil
	default:
		return audit.OpenFile(audit.FileConfig{
			Path: c.AuditFile(), MaxSize: int64(a.MaxSize) << 20, MaxAge: a.MaxAge, Keep: a.Keep,
		})
	}
}

// keepAudit writes a log until end is called, which comes after the last request.
func keepAudit(l *audit.Log) (end func()) {
	if l == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		l.Run(ctx)
	}()
	l.Note(audit.Event{Kind: audit.Started, Detail: version()})
	return func() {
		l.Note(audit.Event{Kind: audit.Stopped})
		cancel()
		<-done
	}
}

// noteReload notes what became of a changed configuration.
func (r *reloader) noteReload(why, result string) {
	r.audit.Note(audit.Event{Kind: audit.Configuration, Result: result, Detail: why})
}
