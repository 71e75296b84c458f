package web

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/internal/account"
	"github.com/hush-sso/hush/internal/admission"
	"github.com/hush-sso/hush/internal/audit"
	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/clientauth"
	"github.com/hush-sso/hush/internal/dpop"
	"github.com/hush-sso/hush/internal/logout"
	"github.com/hush-sso/hush/internal/register"
	"github.com/hush-sso/hush/internal/seal"
	"github.com/hush-sso/hush/internal/token"
	"github.com/hush-sso/hush/internal/tracing"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/web/page"
)

// Config is what a Server works with. Fields are required unless they say so.
type Config struct {
	Issuer string // byte for byte, as in every token
	// URL is where we are served: its origin and path. Optional; default the issuer.
	URL       string
	Authorize *authorize.Service
	Logout    *logout.Service
	Account   *account.Service
	// Register takes the registrations of apps that register themselves.
	// Optional; default: they cannot.
	Register *register.Service
	Sessions *session.Manager
	Keys     *token.Keys
	Clients  func() *client.Set
	// ClientAuth judges who calls the endpoints for apps.
	ClientAuth *clientauth.Authenticator
	Keyring    *seal.Keyring
	DPoP       *dpop.Verifier
	Log        *slog.Logger
	Audit      *audit.Log      // optional
	Tracer     *tracing.Tracer // optional
	Metrics    *Metrics
	// TrustedProxies are the networks whose X-Forwarded-For is believed.
	// Optional.
	TrustedProxies []netip.Prefix
	// NeedNonce says that a DPoP proof that asks for tokens needs a nonce of ours
	// (RFC 9449 section 8). Optional.
	NeedNonce bool
	// CrossSite makes the SSO cookie travel to other sites on http://localhost
	// too: SameSite=None and Secure, which not every browser takes there. On
	// https it always does. Optional.
	CrossSite bool
	// Admission is the line at the authorization endpoint; one for all that a process
	// serves. Optional; default: this server's own.
	Admission *admission.Gate
	// Patience is how long a request may take. Optional; default 1.7 s.
	Patience time.Duration
	// Brand is whose the pages are. Optional; default Hush's own.
	Brand *page.Brand
}

// Server is the public listener's handler. It is safe for concurrent use.
type Server struct {
	Config
	origin    string // of the URL
	base      string // path prefix of every route, begins and ends in a slash
	cookies   *cookies
	discovery []byte
	words     map[*page.Edition]*words // of answer pages
	handler   http.Handler
}

// New returns a Server.
func New(c Config) (*Server, error) {
	at := cmp.Or(c.URL, c.Issuer)
	u, err := url.Parse(at)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return nil, fmt.Errorf("issuer %q must be a URL with host and without query, fragment or user", at)
	}
	if u.Scheme != "https" && !(u.Scheme == "http" && client.IsLoopback(u.Hostname())) {
		return nil, errors.New("issuer must be https: http is for localhost only")
	}
	s := &Server{Config: c, origin: u.Scheme + "://" + u.Host, base: strings.TrimSuffix(u.Path, "/") + "/"}
	if s.cookies, err = newCookies(c.Keyring, u, c.CrossSite, s.ssoGroups); err != nil {
		return nil, err
	}
	s.Patience = cmp.Or(s.Patience, defaultPatience)
	if s.Admission == nil {
		s.Admission = admission.New()
	}
	if s.Brand == nil {
		s.Brand = page.Hush()
	}
	s.words = allWords(s.Brand)
	s.discovery = s.describe()
	s.handler = s.routes()
	return s, nil
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// ssoGroups are those of all apps, and the default one.
func (s *Server) ssoGroups() []string {
	groups := []string{client.DefaultGroup}
	for _, c := range s.Clients().All() {
		if !slices.Contains(groups, c.SSOGroup) {
			groups = append(groups, c.SSOGroup)
		}
	}
	return groups
}

// url returns the absolute address of a path of ours, which never comes from
// the Host header.
func (s *Server) url(path string) string { return s.origin + s.base + path }
