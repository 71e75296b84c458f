package web

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"time"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/silent"
)

// defaultPatience bounds a request's work, so that a hung store is told within
// two seconds.
const defaultPatience = 1700 * time.Millisecond

// record is what the log line and the metrics say of one request. Handlers
// fill it in; nothing secret belongs in it.
type record struct {
	id       string
	address  netip.Addr
	body     []byte // of a POST or PUT, read before the clock starts
	bodyErr  error
	endpoint string
	client   string
	sid      string
	user     string // id, never what was typed
	silent   bool
	renewed  bool   // judged by a renewal cookie
	planted  bool   // with one
	implicit bool   // tokens left the authorization endpoint
	shed     bool   // refused for want of room, which is counted elsewhere
	outage   bool   // the store, or the signing keys, were not there
	result   string // "ok", "asked", "retried", "moved", "left", or an error code
	reason   string
	remedy   string // what may still bring the cookie that the reason misses
	rule     string // file name of the rule that refused
	deeds    deeds
	detail   string // of the audit log's line
	cause    error
	refusal  string // what the app is told, where that is all there is to say
}

type recordKey struct{}

func recordOf(r *http.Request) *record {
	return r.Context().Value(recordKey{}).(*record)
}

// recorded is the context of a request, in which its record is found, and its
// response: all that stands around it in one piece.
type recorded struct {
	context.Context
	record   record
	response statusWriter
}

func (c *recorded) Value(key any) any {
	switch key {
	case recordKey{}:
		return &c.record
	case placeKey{}:
		return &c.response.place
	}
	return c.Context.Value(key)
}

// outcome notes what became of an authorization request.
func (n *record) outcome(out authorize.Outcome) {
	n.client, n.silent, n.sid, n.user = out.ClientID, out.Silent, out.SID, out.UserID
	n.renewed, n.rule, n.deeds, n.detail = out.Renewed, out.Rule, deedsOf(&out), out.Via
	switch {
	case out.Fault != nil:
		n.failed(out.Fault)
	case out.Ask != nil:
		n.result, n.reason, n.cause = "asked", askNames[out.Ask.Step], out.Ask.Cause
		n.outage = out.Ask.Problem == authorize.ProblemStore
		if reason := problems[out.Ask.Problem].reason; reason != "" {
			n.reason = reason
		}
	case out.Away != "":
		n.result, n.reason = "asked", "elsewhere"
	case out.Hop != nil && out.Refused == nil:
		n.result = "moved"
	case out.Hop != nil:
		n.failed(out.Refused)
	case out.Own != "":
	case out.Answer.Err != nil:
		n.failed(out.Answer.Err)
		n.tries(out.Answer.Remedy)
	default:
		n.implicit = out.Answer.Implicit
	}
}

// tries notes a refusal that may not be the last word. One that the browser answers
// by itself, with its cookies, is none of an app's.
func (n *record) tries(remedy silent.Remedy) {
	switch remedy {
	case silent.RemedyRetry:
		n.result, n.remedy = "retried", "header"
	case silent.RemedyAsk:
		n.remedy = "page"
	}
}

func (n *record) failed(err *oauth.Error) {
	n.result, n.reason, n.cause = err.Code, err.Reason, err.Cause
	n.outage = err.Code == oauth.TemporarilyUnavailable
	if err.Cause == nil && err.Reason == "" {
		n.refusal = err.Description
	}
}

// record wraps every request: an id, a deadline, one log line, one
// measurement, and a page instead of a torn connection if a handler panics.
func (s *Server) record(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.turnsAway(w, r) {
			return
		}
		start := time.Now()
		c := &recorded{
			record:   record{id: rand.Text()[:16], address: s.address(r), endpoint: "unknown", result: "ok"},
			response: statusWriter{ResponseWriter: w},
		}
		n, sw := &c.record, &c.response
		if r.Method == http.MethodPost || r.Method == http.MethodPut {
			// Before the deadline starts: a slow uplink is no slow store.
			n.body, n.bodyErr = io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		}
		var cancel context.CancelFunc
		c.Context, cancel = context.WithTimeout(r.Context(), s.Patience)
		defer cancel()
		defer func() {
			if p := recover(); p != nil {
				s.Log.Error("handler panicked", "request", n.id, "panic", p, "stack", string(debug.Stack()))
				n.result = oauth.ServerError
				if sw.status != 0 {
					s.finish(n, r, sw.status, time.Since(start))
					panic(http.ErrAbortHandler) // half an answer must not look whole
				}
				http.Error(sw, "internal error, request "+n.id, http.StatusInternalServerError)
			}
			s.finish(n, r, sw.status, time.Since(start))
		}()
		next.ServeHTTP(sw, r.WithContext(c))
	})
}

func (s *Server) finish(n *record, r *http.Request, status int, took time.Duration) {
	if r.Context().Err() != nil {
		// The browser left, as it does when an app takes its iframe away: what
		// was cut short by that is nobody's outage.
		n.result, n.reason, n.outage = "left", "", false
	}
	if n.shed {
		return
	}
	s.Metrics.observe(n, s.series(n.client), took)
	level := slog.LevelInfo
	if n.outage || n.result == oauth.ServerError {
		level = slog.LevelError
	}
	if s.Log.Enabled(r.Context(), level) {
		var room [lineFields]slog.Attr
		s.Log.LogAttrs(r.Context(), level, "request", n.fields(room[:0], r.Method, status, took, s.Authorize.Host)...)
	}
}

// lineFields is how many fields a line of the log has at most.
const lineFields = 20

// fields appends what the line of the log says. The path is ours and fixed; the query
// holds state and tokens.
func (n *record) fields(line []slog.Attr, method string, status int, took time.Duration, host string) []slog.Attr {
	line = append(line,
		slog.String("request", n.id), slog.String("method", method), slog.String("endpoint", n.endpoint),
		slog.Int("status", status), slog.Float64("took_ms", float64(took.Microseconds())/1000), slog.String("result", n.result),
	)
	text := func(name, value string) {
		if value != "" {
			line = append(line, slog.String(name, value))
		}
	}
	flag := func(name string, yes bool) {
		if yes {
			line = append(line, slog.Bool(name, true))
		}
	}
	text("reason", n.reason)
	text("remedy", n.remedy)
	text("rule", n.rule)
	text("client", n.client)
	text("sid", n.sid)
	text("user", n.user)
	text("refusal", n.refusal)
	text("host", host)
	if n.address.IsValid() {
		text("address", n.address.String())
	}
	flag("silent", n.silent)
	flag("renewal_cookie", n.renewed)
	flag("planted", n.planted)
	flag("implicit", n.implicit)
	if n.cause != nil {
		text("cause", n.cause.Error())
	}
	return line
}

// statusWriter remembers the status for the log line, and leaves the request's place
// as the answer begins.
type statusWriter struct {
	http.ResponseWriter
	status int
	place  place
}

func (w *statusWriter) WriteHeader(status int) {
	w.place.leave()
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(b []byte) (int, error) {
	w.place.leave()
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
