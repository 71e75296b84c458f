package web_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/internal/tracing"
)

// collector keeps what spans are posted to it.
type collector struct{ hushtest.Output }

// tracer is what posts to a new collector.
func tracer(t *testing.T, c tracing.Config) (*tracing.Tracer, *collector) {
	t.Helper()
	to := &collector{}
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(to, r.Body)
		to.Write([]byte("\n"))
	}))
	t.Cleanup(server.Close)
	c.Endpoint = server.URL
	tr := tracing.New(c)
	t.Cleanup(func() { tr.Close(context.Background()) })
	return tr, to
}

// oneSpan is what the tests look at of a span.
type oneSpan struct {
	Name, TraceID, SpanID, ParentSpanID string
	Attributes                          []struct {
		Key   string
		Value struct{ StringValue, IntValue string }
	}
	Status struct{ Code int }
}

// spans returns those that came, once all are sent.
func (c *collector) spans(t *testing.T, tr *tracing.Tracer) (list []oneSpan) {
	t.Helper()
	if err := tr.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(c.String()) {
		var m struct {
			ResourceSpans []struct {
				ScopeSpans []struct{ Spans []oneSpan }
			}
		}
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatal(err)
		}
		for _, r := range m.ResourceSpans {
			for _, s := range r.ScopeSpans {
				list = append(list, s.Spans...)
			}
		}
	}
	return list
}

// TestStagesOfARenewal: a renewal's span has one for each stage of its walk, in order.
func TestStagesOfARenewal(t *testing.T) {
	t.Parallel()
	tr, to := tracer(t, tracing.Config{OneIn: 1})
	a := signIn(t, browser(t, node(t, embedded(t), func(o *provider.Options) { o.Tracer = tr })), "alice")
	before := len(to.spans(t, tr))
	granted(t, a.Authorize(request("every", "prompt", "none")))
	var names []string
	list := to.spans(t, tr)[before:]
	root := list[len(list)-1]
	for _, s := range list {
		names = append(names, s.Name)
		if s.TraceID != root.TraceID || s.Name != root.Name && s.ParentSpanID != root.SpanID {
			t.Errorf("%s stands elsewhere", s.Name)
		}
	}
	if want := []string{"validate", "find", "decide", "mint", "answer", "authorize"}; !slices.Equal(names, want) {
		t.Errorf("spans %q, want %q", names, want)
	}
	said := map[string]string{}
	for _, at := range root.Attributes {
		said[at.Key] = at.Value.StringValue + at.Value.IntValue
	}
	if said["hush.client"] != "every" || said["hush.result"] != "ok" || said["hush.silent"] != "true" || said["http.response.status_code"] != "303" || said["hush.request"] == "" || len(said) != 6 {
		t.Errorf("it says %v", said)
	}
}

// TestStrangersDoNotChooseWhatIsTraced: only a proxy of ours may send a trace to go on
// with.
func TestStrangersDoNotChooseWhatIsTraced(t *testing.T) {
	t.Parallel()
	const parent = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"
	for _, c := range []struct {
		name    string
		proxies []netip.Prefix
		parents bool
		traced  bool
	}{
		{"a stranger", nil, true, false},
		{"a proxy, which is not asked", []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}, false, false},
		{"a proxy", []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}, true, true},
	} {
		tr, to := tracer(t, tracing.Config{OneIn: 1 << 40, Parents: c.parents})
		a := browser(t, node(t, embedded(t), func(o *provider.Options) { o.Tracer, o.TrustedProxies = tr, c.proxies }))
		a.SetHeader("Traceparent", parent)
		a.Authorize(request("every", "prompt", "none"))
		list := to.spans(t, tr)
		if traced := len(list) > 0; traced != c.traced || traced && (list[0].TraceID != "0123456789abcdef0123456789abcdef" || list[len(list)-1].ParentSpanID != "0123456789abcdef") {
			t.Errorf("%s: %+v", c.name, list)
		}
	}
}

// TestOutageIsTracedAsFailed, although the browser is answered by a redirect; who simply is
// not signed in is none.
func TestOutageIsTracedAsFailed(t *testing.T) {
	t.Parallel()
	tr, to := tracer(t, tracing.Config{OneIn: 1})
	server := redistest.Server(t)
	store := server.Open()
	a := signIn(t, browser(t, node(t, store, func(o *provider.Options) { o.Tracer = tr })), "alice")
	last := func() oneSpan {
		list := to.spans(t, tr)
		return list[len(list)-1]
	}
	refused(t, a.Authorize(quiet("every", "max_age", "0")), "login_required", "max_age_exceeded")
	if s := last(); s.Name != "authorize" || s.Status.Code != 0 {
		t.Errorf("a refusal has the status %d of %s", s.Status.Code, s.Name)
	}
	server.Kill()
	refused(t, a.Authorize(quiet("every")), "temporarily_unavailable", "store_unavailable")
	if s := last(); s.Name != "authorize" || s.Status.Code != 2 {
		t.Errorf("an outage has the status %d of %s", s.Status.Code, s.Name)
	}
}
