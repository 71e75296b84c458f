package tracing_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/tracing"
)

// TestSpansAreOTLP holds what is posted to the JSON encoding of OTLP.
func TestSpansAreOTLP(t *testing.T) {
	var got struct {
		ResourceSpans []struct {
			Resource   struct{ Attributes []map[string]any }
			ScopeSpans []struct {
				Scope struct{ Name string }
				Spans []map[string]any
			}
		}
	}
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if err := json.Unmarshal(body, &got); err != nil || r.Header.Get("Content-Type") != "application/json" || r.Header.Get("X-Key") != "of-the-collector" {
			t.Errorf("%v: %s with %v", err, body, r.Header)
		}
	}))
	defer collector.Close()
	tr := tracing.New(tracing.Config{Endpoint: collector.URL, Headers: map[string]string{"X-Key": "of-the-collector"}, OneIn: 1, Node: "one"})
	ctx, root := tr.Request(t.Context(), "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01")
	_, stage := tracing.Stage(ctx, "find")
	stage.Fails()
	stage.End()
	root.Name("authorize")
	root.Says("hush.result", "ok")
	root.Says("hush.reason", "")
	root.Number("http.response.status_code", 303)
	root.End()
	if err := tr.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(got.ResourceSpans) != 1 || len(got.ResourceSpans[0].ScopeSpans[0].Spans) != 2 {
		t.Fatalf("%+v", got)
	}
	find, whole := got.ResourceSpans[0].ScopeSpans[0].Spans[0], got.ResourceSpans[0].ScopeSpans[0].Spans[1]
	is := func(s map[string]any, name, pattern string) {
		t.Helper()
		text, _ := json.Marshal(s[name])
		if !regexp.MustCompile("^" + pattern + "$").Match(text) {
			t.Errorf("%s is %s, want %s", name, text, pattern)
		}
	}
	is(whole, "traceId", `"[0-9a-f]{32}"`)
	is(whole, "spanId", `"[0-9a-f]{16}"`)
	is(whole, "parentSpanId", "null") // parents are for who says so
	is(whole, "name", `"authorize"`)
	is(whole, "kind", "2")
	is(whole, "startTimeUnixNano", `"1[0-9]{18}"`)
	is(whole, "attributes", regexp.QuoteMeta(`[{"key":"hush.result","value":{"stringValue":"ok"}},{"key":"http.response.status_code","value":{"intValue":"303"}}]`))
	is(find, "parentSpanId", `"`+whole["spanId"].(string)+`"`)
	is(find, "kind", "1")
	is(find, "status", `{"code":2}`)
	is(whole, "status", "null")
	if find["traceId"] != whole["traceId"] || whole["traceId"] == "0123456789abcdef0123456789abcdef" {
		t.Errorf("traces %v and %v", find["traceId"], whole["traceId"])
	}
}

// TestNothingTracedCostsNothing: a stage of a request that is not traced allocates
// nothing, and neither does one where nothing is.
func TestNothingTracedCostsNothing(t *testing.T) {
	var none *tracing.Tracer
	walk := func(ctx context.Context) func() {
		return func() {
			_, span := tracing.Stage(ctx, "find")
			span.Says("a", "b")
			span.End()
		}
	}
	ctx, root := none.Request(t.Context(), "")
	if n := testing.AllocsPerRun(100, walk(ctx)); n != 0 || root.Traced() {
		t.Errorf("%v allocations with no tracer", n)
	}
	tr := tracing.New(tracing.Config{Endpoint: "http://127.0.0.1:1/", OneIn: 1 << 40})
	defer tr.Close(t.Context())
	ctx, root = tr.Request(t.Context(), "")
	if n := testing.AllocsPerRun(100, walk(ctx)); n != 0 || root.Traced() {
		t.Errorf("%v allocations in a request that is not traced", n)
	}
}

// TestCollectorAway is told once, and again when it is back; what it does not take, likewise.
func TestCollectorAway(t *testing.T) {
	status, says := http.StatusServiceUnavailable, ""
	collector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		io.WriteString(w, says)
	}))
	defer collector.Close()
	var log strings.Builder
	tr := tracing.New(tracing.Config{Endpoint: collector.URL, OneIn: 1, Log: slog.New(slog.NewTextHandler(&log, nil))})
	send := func() {
		t.Helper()
		_, span := tr.Request(t.Context(), "")
		span.End()
		if err := tr.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	send()
	send()
	status, says = http.StatusOK, `{"partialSuccess": {}}`
	send()
	send()
	says = `{"partialSuccess": {"rejectedSpans": "1", "errorMessage": "of yesterday"}}`
	send()
	says = "{}"
	send()
	if err := tr.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if strings.Count(log.String(), "cannot be sent") != 2 || strings.Count(log.String(), "sent again") != 2 || !strings.Contains(log.String(), "of yesterday") || !strings.Contains(log.String(), "status 503") {
		t.Errorf("the log holds\n%s", &log)
	}
}
