// Package provider puts the parts of Hush together: stores below, domains
// above them, HTTP on top. What runs it (the command, a test) brings the store
// and the listeners.
package provider

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"golang.org/x/sync/errgroup"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/internal/account"
	"github.com/hush-sso/hush/internal/acr"
	"github.com/hush-sso/hush/internal/admission"
	"github.com/hush-sso/hush/internal/audit"
	"github.com/hush-sso/hush/internal/backchannel"
	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/clientauth"
	"github.com/hush-sso/hush/internal/clientkeys"
	"github.com/hush-sso/hush/internal/dpop"
	"github.com/hush-sso/hush/internal/egress"
	"github.com/hush-sso/hush/internal/ldapdir"
	"github.com/hush-sso/hush/internal/libcrypto"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/login/hashing"
	"github.com/hush-sso/hush/internal/metadata"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/register"
	"github.com/hush-sso/hush/internal/seal"
	"github.com/hush-sso/hush/internal/token"
	"github.com/hush-sso/hush/internal/tracing"
	"github.com/hush-sso/hush/internal/upstream"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/web"
	"github.com/hush-sso/hush/web/page"
)

// Options are what a provider is made of. Fields are required unless they name
// a default.
type Options struct {
	Issuer  string   // byte for byte, e.g. "https://login.example.com/"
	Secrets [][]byte // 32 bytes each; the first seals, all open
	Store   *redisstore.Store
	Clients []client.Spec
	APIs    []client.API
	Users   []login.User
	ACR     *acr.Order // of the authentication contexts; default acr.Default
	Hosts   []Host     // where else we are served; default nowhere
	RuleSet Rules      // what judges who is let in; default nothing
	// Connections are other providers to sign in with; default none.
	Connections []upstream.Connection
	// Directories are asked for people who are not in Users; default none.
	Directories  []ldapdir.Directory
	Session      session.Policy // see there; default 72 h idle, 168 h in all
	Tokens       Lifetimes      // default Auth0's
	Signing      Signing        // what makes signatures; default SigningAuto
	KeyRotation  KeyRotation    // default: when an operator asks
	KeyFiles     [][]byte       // signing keys in PEM; default: they are made and kept in Store
	Limits       login.Limits   // of attempts to sign in; default login's
	Registration Registration   // of apps by themselves; default: they cannot
	// RenewalIsActivity says whether silent renewals keep a session from
	// idling out, where a client does not say. Default true, as Auth0.
	RenewalIsActivity *bool
	// RenewalCookie is how long a renewal cookie lasts; 0: there are none. Default
	// 24 h.
	RenewalCookie *time.Duration
	// DPoPNonce says whether DPoP proofs that ask for tokens need a nonce.
	// Default true.
	DPoPNonce      *bool
	TrustedProxies []netip.Prefix // see web.Config; default none
	Egress         egress.Options // of calls to addresses that apps name; default public ones only
	CrossSite      bool           // see web.Config; default false
	// PairwiseSalt is 32 random bytes that must never change. Needed where a
	// client is pairwise.
	PairwiseSalt []byte
	// Rules judge every authentication, in place of those of a Registry. Default: they
	// do not.
	Rules authorize.Rules
	// AdminToken is what the admin API asks for. Default: there is none.
	AdminToken string
	// Factors switches second factors on. Default: there are none.
	Factors *Factors
	// HashApart has passwords hashed by processes of their own, which yield to renewals.
	// Default: here.
	HashApart bool
	// Passwords are those that their users may change. Default: none.
	Passwords account.Passwords
	// Admission is the line at the authorization endpoint. Default: one for this machine.
	Admission *admission.Gate
	Brand     *page.Brand  // see web.Config; default Hush's own
	Log       *slog.Logger // default: discard
	// Audit keeps who did what; whoever made it runs it. Default: nothing does.
	Audit *audit.Log
	// Tracer tells a collector how requests went; whoever made it closes it. Default:
	// nothing is traced.
	Tracer *tracing.Tracer
}

// Lifetimes of tokens where neither client nor API sets one. Zero is the
// default: 10 h, 24 h, 2 h, 60 s and 720 h.
type Lifetimes struct{ IDToken, AccessToken, BrowserAccessToken, Code, Refresh time.Duration }

// Factors says who needs a second factor: users who have one always, and all others
// where an app, a rule or a request says so, or Required everywhere. Passkeys sign in
// alone too, or PasswordFirst: after a password only; or there are NoPasskeys.
type Factors struct{ Required, PasswordFirst, NoPasskeys bool }

// Registration says how apps may register themselves; see register.Config.
type Registration struct {
	Enabled, Open bool
	Tokens        []string // hashes of initial access tokens
	AllowImplicit bool
}

// Provider is a working provider. It is safe for concurrent use.
type Provider struct {
	Public http.Handler
	Admin  http.Handler
	// Sessions is the session's entrance, for what ends sessions from outside.
	Sessions *session.Manager
	Login    *login.Authenticator
	// Admission is the line at the authorization endpoint.
	Admission *admission.Gate
	// Metadata is what was written of users beside what the configuration says.
	Metadata *metadata.Keeper

	keys       *token.Keys
	marks      *session.Marks
	egress     *egress.Client // of every generation, as are clientKeys
	clientKeys *clientkeys.Source
	upstream   *upstream.Calls
	told       *backchannel.Service // of the ends of sessions
	log        *slog.Logger
	audit      *audit.Log
	metrics    *prometheus.Registry
	shared     web.Config       // without what a generation brings
	flows      authorize.Config // likewise
	tokens     token.Config     // of the issuer, from which those of hosts are made
	secrets    [][]byte
	store      *redisstore.Store
	passwords  account.Passwords
	endings    *endings
	hashing    hashing.Pool // idle unless Options.HashApart
	calls      calls        // of rules
	ruleRuns   *prometheus.CounterVec
	ruleTimes  prometheus.Histogram
	replacing  sync.Mutex // held while the generation becomes another
	ruled      *ruled     // what runs the rules of the generation; nil: it has none
	current    atomic.Pointer[generation]
	stale      atomic.Bool
}

// Stale notes for the metrics whether the configuration on disk is another than
// that in use, because it has problems.
func (p *Provider) Stale(yes bool) { p.stale.Store(yes) }

// loginInfo is the HKDF info (RFC 5869 section 3.2) of the key that hashes what
// attempts to sign in count for. Nothing sealed depends on it.
const loginInfo = "hush v1 throttle"

// New puts a provider together. It connects to nothing: call Run beside the
// listeners.
func New(o Options) (*Provider, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Store = o.Store.Limited(o.Session) // the one that everything below is given
	keyring, err := seal.New(o.Issuer, o.Secrets...)
	if err != nil {
		return nil, err
	}
	p := &Provider{log: o.Log, audit: o.Audit, keys: token.NewKeys(keyring.Box(signingKeysBox), o.Store), egress: egress.New(o.Egress), passwords: o.Passwords, endings: newEndings(), secrets: o.Secrets, store: o.Store}
	if len(o.KeyFiles) > 0 {
		if p.keys, err = token.KeysOfFiles(o.KeyFiles); err != nil {
			return nil, fmt.Errorf("signing keys of files: one %w", err)
		}
	}
	if err := p.signBy(o.Signing, libcrypto.Load); err != nil {
		return nil, err
	}
	p.clientKeys, p.upstream = clientkeys.New(p.egress, nil), upstream.NewCalls(p.egress)
	p.calls = calls{egress.New(o.Egress), o.Log}
	lease := session.LeaseShared
	if o.Store.IsEmbedded() {
		lease = session.LeaseAlone
	}
	p.marks = session.NewMarks(o.Store, lease)
	p.tokens = token.Config{
		Issuer: o.Issuer, Keyring: keyring, Keys: p.keys, Grants: o.Store,
		IDToken: o.Tokens.IDToken, AccessToken: o.Tokens.AccessToken,
		BrowserAccessToken: o.Tokens.BrowserAccessToken, Code: o.Tokens.Code, Refresh: o.Tokens.Refresh,
		PairwiseSalt: o.PairwiseSalt, Marks: p.marks,
	}
	tokens, err := token.NewIssuer(p.tokens)
	if err != nil {
		return nil, err
	}
	p.Sessions = session.NewManager(o.Store, o.Store, o.Session)
	p.Sessions.Marks = p.marks
	loginKey, err := hkdf.Key(sha256.New, o.Secrets[0], nil, loginInfo, sha256.Size)
	if err != nil {
		return nil, err
	}
	p.Login = login.NewAuthenticator(loginKey)
	if o.HashApart {
		p.Login.Compute = p.hashing.Compute
	}
	p.Metadata = metadata.New(o.Store, keyring)
	factors := o.Factors.flow(o.Store, o.Issuer, keyring, loginKey)

	registry := p.newMetrics()
	p.metrics = registry
	p.newRuleMetrics(registry)
	o.Audit.Register(registry)
	p.keys.Noted = p.noteKeys
	p.keys.Govern(func() token.Policy { return p.keyPolicy(o) }, o.Log)
	registry.MustRegister(keyMetrics{p.keys})
	metrics := web.NewMetrics(registry)
	p.Admin = web.Admin(registry, p.keys, readiness{o.Store, p.keys}, p.operators(o, keyring, metrics, factors))
	p.Public = http.HandlerFunc(p.serve)
	p.Admission = newAdmission(o.Admission, registry, o.Log)
	p.shared = web.Config{
		Issuer: o.Issuer, Sessions: p.Sessions, Keys: p.keys,
		DPoP: dpop.New(keyring, o.Store), NeedNonce: o.DPoPNonce == nil || *o.DPoPNonce,
		Keyring: keyring, Log: o.Log, Audit: o.Audit, Tracer: o.Tracer, Metrics: metrics, Admission: p.Admission, CrossSite: o.CrossSite,
		Patience:       o.Store.Patience(),
		TrustedProxies: o.TrustedProxies, ClientAuth: &clientauth.Authenticator{Keys: p.clientKeys, Used: o.Store},
	}
	p.flows = authorize.Config{
		Login:    login.NewThrottle(p.Login, o.Store, loginKey, o.Limits),
		Sessions: p.Sessions, Consents: o.Store, Forms: o.Store, Profiles: people{p},
		Keys: p.clientKeys, Objects: authorize.NewObjects(p.egress),
		Issuer: o.Issuer, Tokens: tokens, Keyring: keyring,
		RenewalIsActivity: o.RenewalIsActivity == nil || *o.RenewalIsActivity, RenewalCookie: 24 * time.Hour,
		Rules: o.Rules, Factors: factors, Waiting: o.Store, Vouched: keyring.Box("vouched user"),
	}
	if o.Audit != nil {
		p.flows.Shut = o.Audit.Shut
	}
	p.count(registry, o.Store, p.flows.Login)
	if o.RenewalCookie != nil {
		p.flows.RenewalCookie = *o.RenewalCookie
	}
	if r := o.Registration; r.Enabled {
		p.shared.Register = register.New(register.Config{
			Store: o.Store, Fetch: p.egress, Gate: login.NewGate(o.Store, loginKey, "registration"), Keyring: keyring,
			Tokens: r.Tokens, Open: r.Open, Allowed: register.Allowed{Implicit: r.AllowImplicit, Pairwise: o.PairwiseSalt != nil},
		})
		p.flows.Registered = p.shared.Register
	}
	p.told = p.newTold(o, registry)
	p.Sessions.OnEnd = func(ctx context.Context, e session.Ended) error {
		p.shared.Metrics.SessionEnded(e.Why)
		p.noteEnd(ctx, e)
		return p.told.Tell(ctx, e.SID, e.UserID, e.Clients)
	}
	if err := p.Replace(Registry{Clients: o.Clients, APIs: o.APIs, Users: o.Users, Brand: o.Brand, ACR: o.ACR, Hosts: o.Hosts, Rules: o.RuleSet, Connections: o.Connections, Directories: o.Directories}); err != nil {
		return nil, err
	}
	return p, nil
}

func (p *Provider) newMetrics() *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "hush_password_hashes_total", Help: "Password hashes computed, one for each attempt to sign in that was looked at.",
	}, func() float64 { return float64(p.Login.Runs()) }))
	registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "hush_config_stale", Help: "1 while a changed configuration is not in use because it has problems.",
	}, func() float64 {
		if p.stale.Load() {
			return 1
		}
		return 0
	}))
	return registry
}

// Run keeps signing keys and marks as the store has them, tells apps of sessions
// that ended, and ends what a reload leaves to be ended, until ctx is done.
// Start-up without a store is allowed: until keys are there the provider is not
// ready and says so. Keys that cannot be opened end it with an error.
func (p *Provider) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return p.runKeys(ctx) })
	group.Go(func() error { p.marks.Run(ctx); return nil })
	group.Go(func() error { return p.told.Run(ctx) })
	group.Go(func() error { p.runEndings(ctx); return nil })
	return group.Wait()
}

// maxSkew is how far node and store may disagree on the time. Expiry is the
// store's to judge, but tokens are verified by clocks like the node's.
const maxSkew = 5 * time.Second

// readiness says in an operator's words what keeps the store from being used.
type readiness struct {
	store *redisstore.Store
	keys  *token.Keys
}

func (r readiness) Ready(ctx context.Context) error {
	h, err := r.store.Health(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("redis does not answer: %w", err)
	case h.Replica:
		return errors.New("this redis is a replica, which may not know of a sign-out yet: name the primary, or the sentinels with mode sentinel")
	case h.Skew.Abs() > maxSkew:
		return fmt.Errorf("the clocks of this node and of redis differ by %s: set both by NTP", h.Skew.Round(time.Millisecond))
	case h.Policy != "" && h.Policy != "noeviction":
		return fmt.Errorf("redis may evict what must be kept (maxmemory-policy %s): set it to noeviction", h.Policy)
	case r.keys.Unread() > keysStale:
		return fmt.Errorf("the signing keys could not be read for %s: the log says why", r.keys.Unread().Round(time.Second))
	}
	return nil
}
