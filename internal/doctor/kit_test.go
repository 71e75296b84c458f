package doctor_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/doctor"
	"github.com/hush-sso/hush/internal/hushtest"
)

const life = 90 * 24 * time.Hour

// ward is a provider behind a proxy that each case breaks in its own way.
type ward struct {
	t       *testing.T
	site    *hushtest.Site
	front   *httptest.Server
	roots   *x509.CertPool
	mu      sync.Mutex
	proxy   http.Handler
	dialled map[string]int
}

// admit starts one, in front of which stands a server with TLS.
func admit(t *testing.T, config *tls.Config) *ward {
	t.Helper()
	w := &ward{t: t, site: hushtest.New(t, hushtest.Options{}), roots: x509.NewCertPool(), dialled: map[string]int{}}
	cert, key := hushtest.Certificate(t, "login.hush.test", life)
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil || !w.roots.AppendCertsFromPEM(cert) {
		t.Fatal(err)
	}
	config.Certificates = []tls.Certificate{pair}
	w.front = httptest.NewUnstartedServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		proxy := w.proxy
		w.mu.Unlock()
		proxy.ServeHTTP(out, r)
	}))
	w.front.TLS, w.front.EnableHTTP2 = config, true
	w.front.Config.ErrorLog = log.New(io.Discard, "", 0)
	w.front.StartTLS()
	t.Cleanup(w.front.Close)
	return w
}

// options examine the ward with the demo's first app. Nothing listens on port 80.
func (w *ward) options() doctor.Options {
	return doctor.Options{
		URL: w.site.Issuer, ClientID: "demo-orders", RedirectURI: w.site.Orders + "/callback", Roots: w.roots, Timeout: 5 * time.Second,
		Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			w.mu.Lock()
			w.dialled[address]++
			w.mu.Unlock()
			if strings.HasSuffix(address, ":80") {
				return nil, errors.New("connection refused")
			}
			return (&net.Dialer{}).DialContext(ctx, network, w.front.Listener.Addr().String())
		},
	}
}

// examine examines it behind a proxy.
func (w *ward) examine(proxy func(http.Handler) http.Handler, change func(*doctor.Options)) *doctor.Report {
	w.t.Helper()
	w.mu.Lock()
	w.proxy = w.site.Nodes[0].Public
	if proxy != nil {
		w.proxy = proxy(w.proxy)
	}
	w.mu.Unlock()
	o := w.options()
	if change != nil {
		change(&o)
	}
	r, err := doctor.Examine(w.t.Context(), o)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// ill are the findings that are not ok, by check; of several the worst.
func ill(r *doctor.Report) map[string]doctor.Level {
	found := map[string]doctor.Level{}
	for _, f := range r.Findings {
		if f.Level == doctor.Fail || f.Level == doctor.Warn && found[f.Check] == "" {
			found[f.Check] = f.Level
		}
	}
	return found
}

// page is an answer on its way back.
type page struct {
	status int
	header http.Header
	body   string
}

// back is a proxy that changes answers, of paths that begin so.
func back(prefix string, change func(*page)) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasPrefix(r.URL.Path, prefix) {
				next.ServeHTTP(w, r)
				return
			}
			in := httptest.NewRecorder()
			next.ServeHTTP(in, r)
			p := &page{in.Code, in.Result().Header, in.Body.String()}
			change(p)
			p.header.Del("Content-Length")
			for name, values := range p.header {
				w.Header()[name] = values
			}
			w.WriteHeader(p.status)
			io.WriteString(w, p.body)
		})
	}
}

// sets is one that sets a header of answers, and strips one that takes it off.
func sets(prefix, name, value string) func(http.Handler) http.Handler {
	return back(prefix, func(p *page) { p.header.Set(name, value) })
}

func strips(prefix, name string) func(http.Handler) http.Handler {
	return back(prefix, func(p *page) { p.header.Del(name) })
}

// puts is one that replaces a text in answers, in headers too.
func puts(prefix, old, text string) func(http.Handler) http.Handler {
	return back(prefix, func(p *page) {
		p.body = strings.ReplaceAll(p.body, old, text)
		for _, values := range p.header {
			for i := range values {
				values[i] = strings.ReplaceAll(values[i], old, text)
			}
		}
	})
}

// answers is one that answers by itself.
func answers(prefix string, status int, body string, header ...string) func(http.Handler) http.Handler {
	return back(prefix, func(p *page) {
		p.status, p.body, p.header = status, body, http.Header{}
		for i := 0; i+1 < len(header); i += 2 {
			p.header.Set(header[i], header[i+1])
		}
	})
}

// forth is one that changes requests.
func forth(change func(*http.Request)) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			change(r)
			next.ServeHTTP(w, r)
		})
	}
}
