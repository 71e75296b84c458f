package main

import (
	"cmp"
	"context"
	"log/slog"
	"os"
	"time"

	"github.com/hush-sso/hush/internal/config"
	"github.com/hush-sso/hush/internal/tracing"
)

// openTracer returns what traces requests, nil where nothing does.
func openTracer(c *config.Config, log *slog.Logger) *tracing.Tracer {
	if c.Tracing == nil {
		return nil
	}
	headers := make(map[string]string, len(c.Tracing.Headers))
	for name, value := range c.Tracing.Headers {
		headers[name] = string(value)
	}
	node, _ := os.Hostname() // without one spans have no node
	if c.Audit != nil {
		node = cmp.Or(c.Audit.Node, node)
	}
	return tracing.New(tracing.Config{
		Endpoint: c.Tracing.Endpoint, Headers: headers, Service: c.Tracing.Service, Node: node,
		OneIn: c.Tracing.OneIn, Parents: c.Tracing.Parent == "proxies", Log: log,
	})
}

// closeTracer sends what waits, for as long as that may take.
func closeTracer(t *tracing.Tracer, log *slog.Logger) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	if err := t.Close(ctx); err != nil {
		log.Warn("the last traces were not sent", "cause", err)
	}
}
