// Package tracing tells a collector of OpenTelemetry how a request went: one span for
// the request and one for each stage of its walk.
//
//	t := tracing.New(tracing.Config{Endpoint: "http://127.0.0.1:4318/v1/traces", OneIn: 100})
//	defer t.Close(ctx)
//	ctx, root := t.Request(ctx, "")   // where a request begins
//	ctx, span := tracing.Stage(ctx, "find")        // anywhere below
//	defer span.End()
//
// A nil *Tracer traces nothing. Where nothing is traced Stage costs one look at a flag, and
// where this request is not, one into its context; neither allocates.
//
// Spans are sent as OTLP over HTTP in JSON, by an exporter of our own. That of
// OpenTelemetry (otlptracehttp 1.46) links gRPC and its gateway for one POST: 104 packages
// of seven more modules, 2.3 MB of binary on 40.6, and 2 MB of memory on 49 at rest, whether
// or not anything is traced.
//
// Attributes are words of ours: endpoints, results, reasons, ids of apps. No user, no
// address and nothing that a request brought stands in one.
package tracing
