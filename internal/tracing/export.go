package tracing

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdk "go.opentelemetry.io/otel/sdk/trace"
)

// The JSON encoding of OTLP 1.x (opentelemetry-proto, "JSON Protobuf Encoding"): ids are
// hexadecimal, times are nanoseconds as text, kinds and codes are numbers.
type (
	message struct {
		Resources []resourceSpans `json:"resourceSpans"`
	}
	resourceSpans struct {
		Resource struct {
			Attributes []attr `json:"attributes"`
		} `json:"resource"`
		Scopes []scopeSpans `json:"scopeSpans"`
	}
	scopeSpans struct {
		Scope struct {
			Name string `json:"name"`
		} `json:"scope"`
		Spans []span `json:"spans"`
	}
	span struct {
		TraceID    string `json:"traceId"`
		SpanID     string `json:"spanId"`
		ParentID   string `json:"parentSpanId,omitempty"`
		Name       string `json:"name"`
		Kind       int    `json:"kind"` // 1 internal, 2 server, as those of the SDK
		Start      string `json:"startTimeUnixNano"`
		End        string `json:"endTimeUnixNano"`
		Attributes []attr `json:"attributes,omitempty"`
		Status     status `json:"status,omitzero"`
	}
	status struct {
		Code int `json:"code"` // 2: failed
	}
	attr struct {
		Key   string `json:"key"`
		Value value  `json:"value"`
	}
	value struct {
		Text   *string `json:"stringValue,omitempty"`
		Number *string `json:"intValue,omitempty"`
	}
)

// exporter posts spans.
type exporter struct {
	Config
	failing atomic.Bool
}

func newExporter(c Config) *exporter {
	if c.Client == nil {
		c.Client = &http.Client{Timeout: 5 * time.Second}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &exporter{Config: c}
}

// ExportSpans implements sdk.SpanExporter. What cannot be sent is dropped.
func (e *exporter) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	if len(spans) == 0 {
		return nil
	}
	err := e.post(ctx, encode(spans))
	switch was := e.failing.Swap(err != nil); {
	case err != nil && !was:
		e.Log.Warn("traces cannot be sent, and are dropped until they can", "cause", err)
	case err == nil && was:
		e.Log.Info("traces are sent again")
	}
	return nil // the SDK would tell it to a handler of its own, each time
}

// Shutdown implements sdk.SpanExporter.
func (e *exporter) Shutdown(context.Context) error { return nil }

func (e *exporter) post(ctx context.Context, m message) error {
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, e.Endpoint, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	for name, value := range e.Headers {
		r.Header.Set(name, value)
	}
	answer, err := e.Client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(answer.Body, 64<<10)) // all of it, so that the connection is used again
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("tracing: the collector answers with status %d", answer.StatusCode)
	}
	return rejected(said)
}

// rejected tells of spans that the collector did not take although it said that it did
// (OTLP 1.x, "Partial Success").
func rejected(said []byte) error {
	var answer struct {
		PartialSuccess struct {
			RejectedSpans json.Number
			ErrorMessage  string
		}
	}
	if json.Unmarshal(said, &answer) != nil { // it need not say anything
		return nil
	}
	if n, _ := answer.PartialSuccess.RejectedSpans.Int64(); n > 0 {
		return fmt.Errorf("tracing: the collector did not take %d spans: %.300q", n, answer.PartialSuccess.ErrorMessage)
	}
	return nil
}

func encode(spans []sdk.ReadOnlySpan) message {
	var all resourceSpans
	var in scopeSpans
	all.Resource.Attributes = attrs(spans[0].Resource().Attributes())
	in.Scope.Name = spans[0].InstrumentationScope().Name
	for _, s := range spans {
		one := span{
			TraceID: s.SpanContext().TraceID().String(), SpanID: s.SpanContext().SpanID().String(), Name: s.Name(), Kind: int(s.SpanKind()),
			Start: nanos(s.StartTime()), End: nanos(s.EndTime()), Attributes: attrs(s.Attributes()),
		}
		if s.Status().Code == codes.Error {
			one.Status.Code = 2 // the SDK counts otherwise
		}
		if p := s.Parent(); p.HasSpanID() {
			one.ParentID = p.SpanID().String()
		}
		in.Spans = append(in.Spans, one)
	}
	all.Scopes = []scopeSpans{in}
	return message{[]resourceSpans{all}}
}

func nanos(t time.Time) string { return strconv.FormatInt(t.UnixNano(), 10) }

func attrs(list []attribute.KeyValue) []attr {
	all := make([]attr, len(list))
	for i, a := range list {
		text := a.Value.Emit()
		all[i] = attr{Key: string(a.Key), Value: value{Text: &text}}
		if a.Value.Type() == attribute.INT64 {
			all[i].Value = value{Number: &text}
		}
	}
	return all
}
