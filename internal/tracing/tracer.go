package tracing

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Config is what a Tracer works with. Fields are required unless they say so.
type Config struct {
	Endpoint string            // whole URL that spans are posted to
	Headers  map[string]string // of each post; optional
	Service  string            // default hush
	Node     string            // which one of several; optional
	OneIn    int               // one of so many requests is traced; default 100
	// Parents says that a traceparent (W3C Trace Context) is gone on with, and its
	// choice of what is traced taken. Optional; default: each request has a trace of
	// its own. Whoever may send one decides how much is traced.
	Parents bool
	Client  *http.Client // default: one with a limit of 5 s
	Log     *slog.Logger // is told, once, that spans cannot be sent; default: nobody
}

// Tracer traces requests. It is safe for concurrent use; nil traces nothing.
type Tracer struct {
	provider *sdk.TracerProvider
	tracer   trace.Tracer
	parents  bool
}

// on tells whether there ever was a Tracer: without one Stage looks nowhere.
var on atomic.Bool

// scope is what instruments.
const scope = "github.com/hush-sso/hush"

// Bounds of what waits to be sent: beyond, spans are dropped.
const (
	queue = 2048
	batch = 512
	every = 5 * time.Second
)

// New returns a Tracer. It connects to nothing before there is something to send.
func New(c Config) *Tracer {
	about := []attribute.KeyValue{attribute.String("service.name", cmp.Or(c.Service, "hush"))}
	if c.Node != "" {
		about = append(about, attribute.String("service.instance.id", c.Node))
	}
	sampler := sdk.TraceIDRatioBased(1 / float64(cmp.Or(c.OneIn, 100)))
	if c.Parents {
		sampler = sdk.ParentBased(sampler)
	}
	p := sdk.NewTracerProvider(
		sdk.WithSampler(sampler), sdk.WithResource(resource.NewSchemaless(about...)),
		sdk.WithBatcher(newExporter(c), sdk.WithMaxQueueSize(queue), sdk.WithMaxExportBatchSize(batch), sdk.WithBatchTimeout(every)),
	)
	on.Store(true)
	return &Tracer{p, p.Tracer(scope), c.Parents}
}

// Close sends what waits.
func (t *Tracer) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	return t.provider.Shutdown(ctx)
}

// Flush sends what waits, and goes on.
func (t *Tracer) Flush(ctx context.Context) error { return t.provider.ForceFlush(ctx) }

// Request begins the span of a request. parent is its traceparent header, "" for none.
func (t *Tracer) Request(ctx context.Context, parent string) (context.Context, Span) {
	if t == nil {
		return ctx, Span{}
	}
	if t.parents && parent != "" {
		ctx = propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier{"traceparent": parent})
	}
	ctx, s := t.tracer.Start(ctx, "request", trace.WithSpanKind(trace.SpanKindServer))
	if !s.IsRecording() {
		return ctx, Span{}
	}
	return ctx, Span{s}
}

// Span is a stretch of a request. The zero Span is of one that is not traced.
type Span struct{ span trace.Span }

// Stage begins a span below that of the context.
func Stage(ctx context.Context, name string) (context.Context, Span) {
	if !on.Load() {
		return ctx, Span{}
	}
	parent := trace.SpanFromContext(ctx)
	if !parent.IsRecording() {
		return ctx, Span{}
	}
	ctx, s := parent.TracerProvider().Tracer(scope).Start(ctx, name)
	return ctx, Span{s}
}

// End ends it.
func (s Span) End() {
	if s.span != nil {
		s.span.End()
	}
}

// Traced tells whether anybody will see it.
func (s Span) Traced() bool { return s.span != nil }

// Name renames it.
func (s Span) Name(name string) {
	if s.span != nil {
		s.span.SetName(name)
	}
}

// Fails marks it as failed, which collectors choose traces by.
func (s Span) Fails() {
	if s.span != nil {
		s.span.SetStatus(codes.Error, "")
	}
}

// Says adds an attribute, unless it is empty.
func (s Span) Says(name, value string) {
	if s.span != nil && value != "" {
		s.span.SetAttributes(attribute.String(name, value))
	}
}

// Number adds an attribute.
func (s Span) Number(name string, value int) {
	if s.span != nil {
		s.span.SetAttributes(attribute.Int(name, value))
	}
}
