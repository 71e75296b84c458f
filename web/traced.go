package web

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/tracing"
)

// traced gives a request a span, if requests are traced. It says of it what the metrics
// do, and which app and which line of the log it is.
func (s *Server) traced(next http.Handler) http.Handler {
	if s.Tracer == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, span := s.Tracer.Request(r.Context(), s.parent(r))
		defer span.End()
		if !span.Traced() {
			next.ServeHTTP(w, r)
			return
		}
		r = r.WithContext(ctx)
		next.ServeHTTP(w, r)
		n := recordOf(r)
		n.describe(span)
		status := w.(*statusWriter).status // record's, which stands around this
		span.Number("http.response.status_code", status)
		left := errors.Is(ctx.Err(), context.Canceled) // which is nobody's outage
		if status >= 500 || !left && (n.outage || n.result == oauth.ServerError) {
			span.Fails()
		}
		if s.Authorize.Host != "" {
			span.Says("hush.host", s.Authorize.Host)
		}
	})
}

// parent is the traceparent of a request, as far as it is a proxy's of ours: anybody
// else would decide what is traced, and in whose traces it shows.
func (s *Server) parent(r *http.Request) string {
	if !s.fromProxy(r) {
		return ""
	}
	return r.Header.Get("Traceparent")
}

// describe says of a span what is no secret and no person's.
func (n *record) describe(span tracing.Span) {
	span.Name(n.endpoint)
	span.Says("hush.endpoint", n.endpoint)
	span.Says("hush.result", n.result)
	span.Says("hush.reason", n.reason)
	span.Says("hush.rule", n.rule)
	span.Says("hush.client", n.client)
	span.Says("hush.request", n.id)
	span.Says("hush.silent", strconv.FormatBool(n.silent))
}
