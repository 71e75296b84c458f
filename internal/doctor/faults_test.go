package doctor_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// drop removes headers of a request.
func drop(r *http.Request, names ...string) {
	for _, name := range names {
		r.Header.Del(name)
	}
}

var kids = regexp.MustCompile(`"kid":"[^"]*"`)

func oneKID(next http.Handler) http.Handler {
	return back("/.well-known/jwks", func(p *page) { p.body = kids.ReplaceAllString(p.body, `"kid":"1"`) })(next)
}

// turns is a proxy in front of nodes that are not alike: every other answer of a path
// is changed.
func turns(prefix, old, text string) func(http.Handler) http.Handler {
	var asked atomic.Int64
	return back(prefix, func(p *page) {
		if asked.Add(1)%2 == 0 {
			p.body = strings.ReplaceAll(p.body, old, text)
		}
	})
}

// clock is a proxy whose clock is off.
func clock(off time.Duration) func(http.Handler) http.Handler {
	return back("/.well-known/openid", func(p *page) {
		p.header.Set("Date", time.Now().Add(off).UTC().Format(http.TimeFormat))
	})
}

// ownErrors replaces pages of errors.
func ownErrors(p *page) {
	if p.status >= 400 {
		p.status, p.body, p.header = 500, "<h1>Sorry</h1>", http.Header{}
	}
}

// openly redirects who is not known to where it says.
func openly(p *page) {
	if p.status == 400 {
		p.header.Set("Location", "https://hush-doctor.invalid/callback?error=x")
		p.status = 302
	}
}

func secondPolicy(p *page) { p.header.Add("Content-Security-Policy", "frame-ancestors 'self'") }

func doubled(p *page) {
	if origin := p.header.Get("Access-Control-Allow-Origin"); origin != "" {
		p.header.Add("Access-Control-Allow-Origin", origin)
	}
}

// anyOrigin repeats every origin, beside what the provider says.
func anyOrigin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if origin := r.Header.Get("Origin"); origin != "" {
			back("/", func(p *page) {
				p.header.Add("Access-Control-Allow-Origin", origin)
				p.header.Set("Access-Control-Allow-Credentials", "true")
			})(next).ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// refuses answers requests of a kind by itself.
func refuses(status int, is func(*http.Request) bool) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if is(r) {
				w.WriteHeader(status)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

var (
	smallRequests = refuses(400, func(r *http.Request) bool { return len(r.Header.Get("Cookie")) > 8<<10 })
	shortLines    = refuses(414, func(r *http.Request) bool { return len(r.URL.RawQuery) > 4<<10 })
	noOptions     = refuses(405, func(r *http.Request) bool { return r.Method == http.MethodOptions })
)

// smallAnswers cannot take long headers, as nginx with its default buffers.
func smallAnswers(next http.Handler) http.Handler {
	return back("/authorize", func(p *page) {
		if len(p.header.Get("Location")) > 4<<10 {
			p.status, p.body, p.header = 502, "too big", http.Header{}
		}
	})(next)
}

// silently changes what is answered to prompt=none, of a known app.
func silently(change func(*page)) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		proxy := back("/authorize", change)(next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("prompt") == "none" {
				proxy.ServeHTTP(w, r)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// swap replaces a text in body and headers.
func swap(old, text string) func(*page) {
	return func(p *page) {
		p.body = strings.ReplaceAll(p.body, old, text)
		for _, values := range p.header {
			for i := range values {
				values[i] = strings.ReplaceAll(values[i], old, text)
			}
		}
	}
}

// cached is a cache that goes by path and response mode, and takes what it must not.
func cached(prefix string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		var mu sync.Mutex
		kept := map[string]*httptest.ResponseRecorder{}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			q := r.URL.Query()
			key := q.Get("response_mode") + " " + q.Get("state")
			if !strings.HasPrefix(r.URL.Path, prefix) || r.Header.Get("Sec-Fetch-Mode") == "cors" {
				next.ServeHTTP(w, r)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			in := kept[key]
			if in == nil {
				in = httptest.NewRecorder()
				next.ServeHTTP(in, r)
				kept[key] = in
			}
			for name, values := range in.Header() {
				w.Header()[name] = values
			}
			w.WriteHeader(in.Code)
			w.Write(in.Body.Bytes())
		})
	}
}
