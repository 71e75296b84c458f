// Package hushtest runs a real provider, the demo apps and the demo API for
// tests, on loopback: over http on localhost, or over https on unrelated
// *.test sites.
package hushtest

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/admission"
	"github.com/hush-sso/hush/internal/audit"
	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/egress"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/internal/rules"
	"github.com/hush-sso/hush/internal/tracing"
	"github.com/hush-sso/hush/internal/upstream"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/web/demo"
)

// Options choose what a Site runs on. The zero value is https on *.test with
// the embedded store.
type Options struct {
	Store     *redisstore.Store // default: an embedded one
	Localhost bool              // http on localhost, everything on one site
	Nodes     int               // providers that share the store; default 1
	Policy    session.Policy
	Clients   []client.Spec // beside the demo's
	APIs      []client.API  // beside the demo's
	Secrets   [][]byte      // default: one fixed secret
	NoKeys    bool          // do not wait for signing keys
	// Registration lets apps register themselves. Default: they cannot.
	Registration provider.Registration
	Egress       egress.Options
	// Issuer is the provider's, on *.test. Default: "https://login.hush.test/".
	Issuer string
	// Hosts are further ones of it, on *.test. Default: none.
	Hosts []provider.Host

	// Register adds clients whose addresses are only known once the Site has
	// its own. It runs before the providers start and may Serve their apps.
	Register func(*Site) []client.Spec
	// TokenLifetime is that of the demo API's access tokens. Default: the demo's.
	TokenLifetime time.Duration
	// Factors switches second factors on. Default: there are none.
	Factors *provider.Factors
	// Audit keeps who did what; whoever made it runs it. Default: nothing does.
	Audit *audit.Log
	// Connections are other providers to sign in with. Default: none.
	Connections func(*Site) []upstream.Connection
	// Linked are who the demo's people are there, by user name. Default: nobody.
	Linked map[string][]login.Identity
	// Tracer tells a collector how requests went. Default: nothing is traced.
	Tracer *tracing.Tracer
	// Rules run at every authentication. Default: none.
	Rules *rules.Set
	// Admission is the line of all nodes at the authorization endpoint. Default: as
	// long as for production.
	Admission *admission.Gate
	// Around stands in front of the first node, for tests that hold a request up
	// on its way. Default: nothing.
	Around func(http.Handler) http.Handler
}

// Site is a running provider with its apps.
type Site struct {
	demo.Config
	Store *redisstore.Store
	Nodes []*provider.Provider
	// HostRules makes Chromium find the *.test sites; "" on localhost.
	HostRules string

	// Passwords are those of the demo's people, for all nodes at once.
	Passwords *demo.Passwords

	options     Options
	connections []upstream.Connection
	t           testing.TB
	addr        string // of the TLS listener; "" on localhost
	hosts       *switchboard
	log         *Output
}

// New starts a Site and ends it with the test.
func New(t testing.TB, o Options) *Site {
	t.Helper()
	s := &Site{t: t, Store: o.Store, log: &Output{}}
	if s.Store == nil {
		store := redistest.Embedded(t)
		s.Store = store
	}
	hosts := &switchboard{handlers: map[string]http.Handler{}}
	s.hosts = hosts
	if o.Localhost {
		s.startLocalhost()
		// So that the demo's apps are told of sign-outs.
		o.Egress.Allow = append(slices.Clip(o.Egress.Allow), netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128"))
	} else {
		s.startTest(cmp.Or(o.Issuer, "https://login.hush.test/"))
	}
	if o.Register != nil {
		o.Clients = append(slices.Clip(o.Clients), o.Register(s)...)
	}
	if o.Connections != nil {
		s.connections = o.Connections(s)
	}
	s.options = o
	s.Passwords = &demo.Passwords{Replace: s.Reload, People: cheap(demo.Users())}
	for range max(1, o.Nodes) {
		s.addNode(o)
	}
	public := s.Nodes[0].Public
	if o.Around != nil {
		public = o.Around(public)
	}
	hosts.set(s.Issuer, public)
	for _, h := range o.Hosts {
		hosts.set(h.URL, public)
	}
	hosts.set(s.Orders, demo.OrdersApp(s.Config))
	hosts.set(s.Reports, demo.ReportsApp(s.Config))
	hosts.set(s.Classic, demo.ClassicApp(s.Config))
	hosts.set(s.API, demo.OrdersAPI(s.Config))
	return s
}

// registry is what every node knows.
func (s *Site) registry(o Options, users []login.User) provider.Registry {
	apis := s.Config.APIs()
	if o.TokenLifetime != 0 {
		for i := range apis {
			apis[i].AccessTokenLifetime, apis[i].BrowserTokenLifetime = o.TokenLifetime, o.TokenLifetime
		}
	}
	return provider.Registry{Clients: append(s.Config.Clients(), o.Clients...), APIs: append(apis, o.APIs...), Users: link(cheap(users), o.Linked), ACR: demo.ACR(), Hosts: o.Hosts, Rules: provider.Rules{Set: o.Rules}, Connections: s.connections}
}

// link adds who people are at other providers.
func link(users []login.User, linked map[string][]login.Identity) []login.User {
	for i := range users {
		users[i].Identities = linked[users[i].Username]
	}
	return users
}

// Reload lets every node know these people from now on.
func (s *Site) Reload(users []login.User) error {
	for _, p := range s.Nodes {
		if err := p.Replace(s.registry(s.options, users)); err != nil {
			return err
		}
	}
	return nil
}

// Rule lets every node run these rules from now on.
func (s *Site) Rule(set *rules.Set) {
	s.t.Helper()
	s.options.Rules = set
	if err := s.Reload(demo.Users()); err != nil {
		s.t.Fatal(err)
	}
}

func (s *Site) addNode(o Options) {
	s.t.Helper()
	if o.Secrets == nil {
		o.Secrets = [][]byte{bytes.Repeat([]byte("test"), 8)}
	}
	r := s.registry(o, demo.Users())
	all := provider.Options{
		Issuer: s.Issuer, Secrets: o.Secrets, Store: s.Store, Session: o.Policy, Registration: o.Registration,
		Clients: r.Clients, APIs: r.APIs, Users: r.Users, Passwords: s.Passwords, ACR: r.ACR, Hosts: r.Hosts, RuleSet: r.Rules, Connections: r.Connections,
		Egress: o.Egress, Factors: o.Factors, Audit: o.Audit, Tracer: o.Tracer, Admission: o.Admission,
		Log: slog.New(slog.NewJSONHandler(s.log, nil)),
	}
	p, err := provider.New(all)
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	if !o.NoKeys {
		if err := LoadKeys(ctx, p, all); err != nil {
			s.t.Fatal(err)
		}
	}
	done := make(chan struct{})
	go func() { defer close(done); p.Run(ctx) }()
	s.t.Cleanup(func() { cancel(); <-done })
	s.Nodes = append(s.Nodes, p)
}

// startLocalhost gives each app a port of its own.
func (s *Site) startLocalhost() {
	open := s.openPort
	s.Config = demo.Config{Issuer: open() + "/", Orders: open(), Reports: open(), Classic: open(), API: open(), Calls: true}
}

func (s *Site) openPort() string {
	server := httptest.NewServer(s.hosts)
	s.t.Cleanup(server.Close)
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	return "http://localhost:" + port
}

// Serve gives h an origin of its own and returns it: https://host, which must
// end in .test, or another port of localhost. That port is the same site as
// the provider; under the name 127.0.0.1 it is another one.
func (s *Site) Serve(host string, h http.Handler) string {
	if s.addr != "" {
		s.hosts.set("https://"+host, h)
		return "https://" + host
	}
	base := s.openPort()
	s.hosts.set(base, h)
	s.hosts.set(strings.Replace(base, "localhost", "127.0.0.1", 1), h)
	return base
}

// startTest puts everything behind one TLS listener, by host name: five
// unrelated sites as far as a browser can tell.
func (s *Site) startTest(issuer string) {
	server := httptest.NewUnstartedServer(s.hosts)
	server.EnableHTTP2 = true
	// A browser that ends leaves connections half open; go test need not say so.
	server.Config.ErrorLog = slog.NewLogLogger(slog.NewJSONHandler(s.log, nil), slog.LevelInfo)
	server.StartTLS()
	s.t.Cleanup(server.Close)
	s.addr = server.Listener.Addr().String()
	s.HostRules = "MAP *.test " + s.addr
	s.Config = demo.Config{
		Issuer: issuer, Orders: "https://app.orders.test", Reports: "https://app.reports.test",
		Classic: "https://app.classic.test", API: "https://api.shop.test",
		JWKS: &http.Client{Transport: s.Transport()},
	}
}

// Transport reaches the *.test sites from Go.
func (s *Site) Transport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.TLSClientConfig = &tls.Config{InsecureSkipVerify: true}
	t.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		var d net.Dialer
		if s.addr != "" {
			addr = s.addr
		}
		return d.DialContext(ctx, network, addr)
	}
	s.t.Cleanup(t.CloseIdleConnections)
	return t
}

// Log returns what the provider has logged so far.
func (s *Site) Log() string { return s.log.String() }

// switchboard answers each host with its handler.
type switchboard struct {
	mu       sync.RWMutex
	handlers map[string]http.Handler
}

func (b *switchboard) set(base string, h http.Handler) {
	u, err := url.Parse(base)
	if err != nil {
		panic(err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.handlers[u.Host] = h
}

func (b *switchboard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.RLock()
	h := b.handlers[strings.TrimSuffix(r.Host, ":443")]
	b.mu.RUnlock()
	if h == nil {
		http.NotFound(w, r)
		return
	}
	h.ServeHTTP(w, r)
}
