package web

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/silent"
	"github.com/hush-sso/hush/web/page"
)

// discarding is a response that costs nothing.
type discarding struct{ header http.Header }

func (d *discarding) Header() http.Header         { return d.header }
func (d *discarding) Write(b []byte) (int, error) { return len(b), nil }
func (d *discarding) WriteHeader(int)             {}

// framed is the request of a hidden frame, as Chromium sends it.
func framed(c *cookies) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/authorize?prompt=none", nil)
	for name, value := range map[string]string{
		"Accept-Language": "en-GB,en;q=0.9,de;q=0.8", "Referer": "https://app.example.com/",
		"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "same-site",
		"Cookie": c.ssoName + "=" + keptCookie + "; __Host-hush-state=4SfyNf1HzU1BZJW1PAwWYQ",
	} {
		r.Header.Set(name, value)
	}
	return r
}

// BenchmarkCookie opens the SSO cookie.
func BenchmarkCookie(b *testing.B) {
	c := testCookies(b)
	r := framed(c)
	b.ReportAllocs()
	for b.Loop() {
		if _, state := c.read(r); state != silent.CookiePresent {
			b.Fatal(state)
		}
	}
}

func benchServer(b *testing.B) *Server {
	return &Server{
		Config: Config{
			Authorize: &authorize.Service{}, Brand: page.Hush(), Metrics: NewMetrics(prometheus.NewRegistry()),
			Log: slog.New(slog.NewJSONHandler(&discarding{}, nil)),
		},
		origin: "https://login.example.com", base: "/", cookies: testCookies(b), words: allWords(page.Hush()),
	}
}

// BenchmarkRecord is what stands around every request: id, deadline, headers, log line
// and measurement.
func BenchmarkRecord(b *testing.B) {
	s := benchServer(b)
	h := s.record(s.cleanPaths(s.person("authorize", func(w http.ResponseWriter, r *http.Request) error {
		n := recordOf(r)
		n.client, n.sid, n.user, n.silent = "app", "sid-of-the-session", "alice", true
		_, err := w.Write(nil)
		return err
	})))
	r := framed(s.cookies)
	b.ReportAllocs()
	for b.Loop() {
		h.ServeHTTP(&discarding{make(http.Header)}, r)
	}
}

// BenchmarkVisit gathers what the browser tells, its cookies included.
func BenchmarkVisit(b *testing.B) {
	s := benchServer(b)
	b.ReportAllocs()
	s.record(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		for b.Loop() {
			if v := s.visit(r); !v.Embedded || len(v.Accounts) != 1 {
				b.Fatal(v)
			}
		}
	})).ServeHTTP(&discarding{make(http.Header)}, framed(s.cookies))
}

// BenchmarkAnswer writes a granted answer in each mode.
func BenchmarkAnswer(b *testing.B) {
	s := benchServer(b)
	set, err := client.NewSet([]client.Spec{{ID: "app", RedirectURIs: []string{"https://app.example.com/callback"}}}, nil)
	if err != nil {
		b.Fatal(err)
	}
	to, _ := set.Client("app").Redirect("https://app.example.com/callback")
	params := []oauth.Param{
		{Name: "code", Value: strings.Repeat("c0DE", 150)}, {Name: "state", Value: "c3RhdGUtb2YtdGhlLWFwcA"},
		{Name: "session_state", Value: strings.Repeat("s", 66)}, {Name: "iss", Value: "https://login.example.com/"},
	}
	for _, mode := range []oauth.ResponseMode{oauth.ModeWebMessage, oauth.ModeFragment, oauth.ModeFormPost} {
		a := &authorize.Answer{To: to, Mode: mode, Params: params, Embedders: []string{"https://app.example.com"}}
		b.Run(string(mode), func(b *testing.B) {
			b.ReportAllocs()
			s.record(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				for b.Loop() {
					if err := s.writeAnswer(&discarding{make(http.Header)}, r, a); err != nil {
						b.Fatal(err)
					}
				}
			})).ServeHTTP(&discarding{make(http.Header)}, framed(s.cookies))
		})
	}
}
