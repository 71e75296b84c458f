package provider

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/internal/account"
	"github.com/hush-sso/hush/internal/acr"
	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/factor"
	"github.com/hush-sso/hush/internal/ldapdir"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/logout"
	"github.com/hush-sso/hush/internal/minutes"
	"github.com/hush-sso/hush/internal/seal"
	"github.com/hush-sso/hush/internal/upstream"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/web"
	"github.com/hush-sso/hush/web/admin"
	"github.com/hush-sso/hush/web/page"
)

// Registry is who and what a provider knows: the part of it that can be
// replaced while it runs.
type Registry struct {
	Clients []client.Spec
	APIs    []client.API
	Users   []login.User
	Brand   *page.Brand // whose the pages are; default Hush's own
	ACR     *acr.Order  // of the authentication contexts; default acr.Default
	Hosts   []Host      // where else we are served; default nowhere
	Rules   Rules       // what judges who is let in; default nothing
	// Connections are other providers to sign in with; default none.
	Connections []upstream.Connection
	// Directories are asked for people who are not in Users; default none.
	Directories []ldapdir.Directory
}

// generation is one consistent registry and the handler that knows no other.
// A request is served by one generation from its first byte to its last, so
// none sees apps of one registry and users of another.
type generation struct {
	clients   *client.Set
	directory *login.Directory
	upstreams *upstream.Set
	elsewhere *ldapdir.Set
	acr       *acr.Order
	brand     *page.Brand
	find      func(context.Context, string) (*client.Client, error)
	userOf    func(id, credential string) (login.User, bool)
	through   func(id string) string
	handler   http.Handler
	hosts     map[string]http.Handler // by host name, those beside the issuer's
	places    []place                 // what they are
	rules     Rules
	judge     authorize.Rules // by them; nil: there are none
}

// Replace lets requests that begin from now on see another registry. A
// registry that cannot work changes nothing, and the error says why.
func (p *Provider) Replace(r Registry) error {
	p.replacing.Lock()
	defer p.replacing.Unlock()
	by := p.engineFor(r.Rules)
	g, err := p.generationOf(r, by)
	if err != nil {
		p.discard(by)
		return err
	}
	was := p.current.Swap(g)
	p.ruleBy(by)
	if was != nil {
		p.endings.add(departed(was.directory, g.directory))
	}
	return nil
}

// generationOf makes one of a registry, by what runs its rules.
func (p *Provider) generationOf(r Registry, by *ruled) (*generation, error) {
	set, err := client.NewSet(r.Clients, r.APIs)
	if err != nil {
		return nil, err
	}
	if r.ACR == nil {
		r.ACR = acr.Default()
	}
	for _, c := range set.All() {
		if c.Pairwise() && !p.flows.Tokens.CanBePairwise() {
			return nil, fmt.Errorf("client %q is pairwise, but there is no pairwise salt", c.ID)
		}
		if c.Multifactor && p.flows.Factors == nil {
			return nil, fmt.Errorf("client %q needs a second factor, but there are none", c.ID)
		}
		if c.MinimumACR != "" && r.ACR.Rank(c.MinimumACR) < 0 {
			return nil, fmt.Errorf("client %q: no sign-in has its minimum_acr, %q", c.ID, c.MinimumACR)
		}
	}
	directory, err := login.NewDirectory(r.Users)
	if err != nil {
		return nil, err
	}
	upstreams, err := upstream.NewSet(r.Connections, p.upstream)
	if err != nil {
		return nil, err
	}
	elsewhere, err := ldapdir.NewSet(r.Directories)
	if err != nil {
		return nil, err
	}
	for _, d := range r.Directories {
		if upstreams.Named(d.Name) != nil {
			return nil, fmt.Errorf("directory %q: a connection has the name", d.Name)
		}
	}
	g := &generation{clients: set, upstreams: upstreams, elsewhere: elsewhere, directory: directory, brand: r.Brand, acr: r.ACR, rules: r.Rules, judge: p.judgeOf(r.Rules, by)}
	if g.places, err = p.placesOf(r.Hosts); err != nil {
		return nil, err
	}
	if err := p.assemble(g); err != nil {
		return nil, fmt.Errorf("assemble provider: %w", err)
	}
	return g, nil
}

// assemble makes the public handlers of one generation. Everything that counts,
// limits or is shared between nodes is in what the generations share.
func (p *Provider) assemble(g *generation) (err error) {
	hops, main := p.hopsOf(g.places), p.flows
	main.Hops = hops
	if g.handler, err = p.handler(g, p.shared, main); err != nil {
		return err
	}
	g.hosts = make(map[string]http.Handler, len(g.places))
	for _, at := range g.places {
		c, a := p.at(at)
		a.Hops = hops
		if g.hosts[at.host], err = p.handler(g, c, a); err != nil {
			return err
		}
	}
	return nil
}

// nameOf is how authenticator apps know us: by the brand, else by the host.
func nameOf(b *page.Brand, issuer string) string {
	if b != nil && b.Name() != "" {
		return b.Name()
	}
	if u, err := url.Parse(issuer); err == nil && u.Host != "" {
		return u.Host
	}
	return issuer
}

// handler is what answers at one host.
func (p *Provider) handler(g *generation, c web.Config, a authorize.Config) (http.Handler, error) {
	clients := func() *client.Set { return g.clients }
	users := func() *login.Directory { return g.directory }
	c.Clients, c.Brand = clients, g.brand
	a.Clients, a.Directory, a.ACR = clients, users, g.acr
	a.Upstreams, a.Directories = g.upstreams, g.elsewhere
	if a.Factors != nil {
		named := *a.Factors
		named.Name = nameOf(g.brand, c.Issuer)
		a.Factors = &named
	}
	a.Connection, a.ConnectionStrategy = g.rules.Connection, g.rules.Strategy
	if a.Rules == nil {
		a.Rules = g.judge
	}
	c.Authorize = authorize.New(a)
	if g.find == nil {
		g.find, g.userOf, g.through = c.Authorize.Find, c.Authorize.UserOf, c.Authorize.Through
	}
	c.Logout = logout.New(logout.Config{
		Find: c.Authorize.Find, IssuerOf: func(c *client.Client) string { return p.issuerFor(g, c).Name() },
		Directory: users, UserOf: c.Authorize.UserOf, Sessions: a.Sessions, Tokens: a.Tokens, Keyring: a.Keyring, Scope: session.Scope{Host: a.Host},
	})
	c.Account = account.New(account.Config{Flows: c.Authorize, Keyring: a.Keyring, Passwords: p.passwords})
	return web.New(c)
}

// operators is the admin API and the operators' page, nil where there is no token for
// them. It outlives generations, and looks at the one of the moment.
func (p *Provider) operators(o Options, keyring *seal.Keyring, metrics *web.Metrics, f *authorize.Factors) http.Handler {
	if o.AdminToken == "" {
		return nil
	}
	var factors *factor.Keeper
	if f != nil {
		factors = f.Keeper
	}
	metrics.Silent, metrics.SilentOf = minutes.NewDay(), minutes.NewDays()
	return admin.New(admin.Config{
		Token: o.AdminToken, Sessions: p.Sessions, Consents: o.Store, Deliveries: o.Store.Deliveries(), Metadata: p.Metadata, Keys: p.keys, Keyring: keyring, Log: o.Log, Audit: o.Audit,
		Factors: factors, Issuer: o.Issuer, Silent: metrics.Silent, SilentOf: metrics.SilentOf,
		Directory: func() *login.Directory { return p.current.Load().directory },
		Clients:   func() *client.Set { return p.current.Load().clients },
		Find: func(ctx context.Context, id string) (*client.Client, error) {
			return p.current.Load().find(ctx, id)
		},
		UserOf:  func(id, credential string) (login.User, bool) { return p.current.Load().userOf(id, credential) },
		Through: func(id string) string { return p.current.Load().through(id) },
	})
}

// serve answers by the registry of the moment.
func (p *Provider) serve(w http.ResponseWriter, r *http.Request) {
	p.current.Load().at(r.Host).ServeHTTP(w, r)
}
