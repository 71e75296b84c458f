package provider_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/hush-sso/hush/internal/audit"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/tracing"
)

// BenchmarkSilentObserved is BenchmarkSilent for a code with nothing kept of it, with a
// line in a file of the audit log, by either policy, and traced: as many as is usual, and
// all.
func BenchmarkSilentObserved(b *testing.B) {
	collector := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer collector.Close()
	traced := func(oneIn int) func(*testing.B, *provider.Options) {
		return func(b *testing.B, o *provider.Options) {
			o.Tracer = tracing.New(tracing.Config{Endpoint: collector.URL, OneIn: oneIn})
			b.Cleanup(func() { o.Tracer.Close(context.Background()) })
		}
	}
	audited := func(p audit.Policy) func(*testing.B, *provider.Options) {
		return func(b *testing.B, o *provider.Options) { o.Audit = inFile(b, p) }
	}
	for _, c := range []struct {
		name   string
		change func(*testing.B, *provider.Options)
	}{
		{"off", func(*testing.B, *provider.Options) {}}, // first: a tracer stays on
		{"continue", audited(audit.Continue)}, {"refuse", audited(audit.Refuse)},
		{"traced-1-in-100", traced(100)}, {"traced-all", traced(1)},
	} {
		b.Run(c.name, func(b *testing.B) {
			benchmarkSilent(b, "code", "ES256", provider.Rules{}, func(o *provider.Options) { c.change(b, o) })
		})
	}
}

// inFile is an audit log that is written to the end of the benchmark.
func inFile(b *testing.B, p audit.Policy) *audit.Log {
	b.Helper()
	f, err := audit.OpenFile(audit.FileConfig{Path: filepath.Join(b.TempDir(), "audit.log")})
	if err != nil {
		b.Fatal(err)
	}
	log := audit.New(audit.Config{Sink: f, Policy: p})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); log.Run(ctx) }()
	b.Cleanup(func() { cancel(); <-done })
	return log
}
