package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/silent"
)

// visit is a request's browser, and the form cookie that it gets if it is asked
// something.
type visit struct {
	authorize.Browser
	formCookie *http.Cookie // nil: it has one, or may have one that was held back
}

// visit gathers what a request tells about the browser that sent it. A browser
// without a form cookie is to get one, unless the cookie may exist and was only
// held back: a new one would replace that which other tabs need.
func (s *Server) visit(r *http.Request) visit {
	accounts, state := s.cookies.read(r)
	dest, site := r.Header.Get("Sec-Fetch-Dest"), r.Header.Get("Sec-Fetch-Site")
	v := visit{Browser: authorize.Browser{
		Accounts:  accounts,
		Cookie:    state,
		Embedded:  dest == "iframe" || dest == "frame" || dest == "embed" || dest == "object" || dest == "fencedframe",
		CrossSite: site == "cross-site",
		Binding:   s.cookies.binding(r),
		TopLevel:  dest == "document",
		Address:   recordOf(r).address,
		UserAgent: r.UserAgent(),
	}}
	if v.Embedded {
		v.Renewal = s.cookies.renewal.reader(r)
		v.Embedder = s.embedder(r)
		v.Storage, v.Asked = s.storageAccess(r), hasMarker(r)
		v.Retried = v.Storage == silent.StorageActive && retried(r)
	}
	if v.Binding == "" && !v.Embedded && !s.holdsBackLax(r) {
		v.formCookie, v.Binding = s.cookies.newForm()
	}
	return v
}

// embedder is the origin of the page that framed the request, as far as Referer and
// Origin tell it: the latter comes with a POST, and where the browser could let its
// cookies through. A page of ours that goes on in the frame is nobody else's. Who is
// told to be two is nobody's: "null".
func (s *Server) embedder(r *http.Request) string {
	framer, sender := s.foreign(r.Referer()), s.foreign(r.Header.Get("Origin"))
	switch {
	case framer == "" || framer == sender:
		return sender
	case sender == "":
		return framer
	}
	return "null"
}

// foreign is the origin of an address that is not ours, "" of any other.
func (s *Server) foreign(address string) string {
	if origin := originOf(address); origin != s.origin {
		return origin
	}
	return ""
}

// originOf is the origin of an address, "" where it has none. Browsers tell other
// sites nothing but an origin, with or without a slash behind it: where it is one of
// plain letters it is there already.
func originOf(address string) string {
	origin := strings.TrimSuffix(address, "/")
	if host, ok := strings.CutPrefix(origin, "https://"); ok && host != "" && isPlainHost(host) {
		return origin
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// isPlainHost tells whether there is nothing in a host that could have to be parsed.
func isPlainHost(host string) bool {
	for i := range len(host) {
		if c := host[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.' && c != '-' {
			return false
		}
	}
	return true
}

// holdsBackLax tells whether browsers keep SameSite=Lax cookies from this
// request: a POST that another site's page sent.
func (s *Server) holdsBackLax(r *http.Request) bool {
	if r.Method != http.MethodPost {
		return false
	}
	site, origin := r.Header.Get("Sec-Fetch-Site"), r.Header.Get("Origin")
	return site == "cross-site" || site == "" && origin != "" && origin != s.origin
}

// navigation refuses what is no navigation: a page of any site could otherwise
// learn by a script's fetch or an image whether someone is signed in, and what
// it gets is an answer that only a document can use. Browsers without Fetch
// Metadata do not say.
func (s *Server) navigation(next handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if mode := r.Header.Get("Sec-Fetch-Mode"); mode != "" && mode != "navigate" {
			return oauth.Errorf(oauth.AccessDenied, "This address is for a window or a frame, not for a script, an image or a fetch.")
		}
		return next(w, r)
	}
}

// sameOrigin refuses a form that was not sent by a page of ours. Browsers say
// so by Origin, newer ones by Sec-Fetch-Site too; the form cookie stands
// behind both.
func (s *Server) sameOrigin(next handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		origin, site := r.Header.Get("Origin"), r.Header.Get("Sec-Fetch-Site")
		if origin != "" && origin != s.origin || site != "" && site != "same-origin" {
			return oauth.Errorf(oauth.AccessDenied, "This form was sent by a page that is not ours. Go back to the app and start again from there.")
		}
		return next(w, r)
	}
}
