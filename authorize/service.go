package authorize

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"slices"
	"time"

	"github.com/hush-sso/hush/internal/acr"
	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/ldapdir"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/seal"
	"github.com/hush-sso/hush/internal/token"
	"github.com/hush-sso/hush/internal/tracing"
	"github.com/hush-sso/hush/internal/upstream"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/silent"
)

// Consents are what users allowed apps, beyond the life of a session.
type Consents interface {
	// Remembered returns what the user allowed the app; "" for nothing.
	Remembered(ctx context.Context, userID, clientID string) (oauth.Grants, error)
	// Remember adds to it, in one step, and returns all of it.
	Remember(ctx context.Context, userID, clientID string, g oauth.Grants) (oauth.Grants, error)
	// Forget takes back what the user allowed the app. Nothing is success.
	Forget(ctx context.Context, userID, clientID string) error
}

// UsedForms makes a sign-in form good for one sign-in, a pushed request for one
// grant, and a ticket to another host for one landing.
type UsedForms interface {
	// MarkUsed tells whether this is the first use of the id, which it
	// remembers for ttl. The same attempt again is the first.
	MarkUsed(ctx context.Context, id, attempt string, ttl time.Duration) (first bool, err error)
}

// Config is what a Service works with. Fields are required unless they say so.
type Config struct {
	Clients   func() *client.Set // the set as it is now; asked once a request
	Directory func() *login.Directory
	Login     *login.Throttle
	Sessions  *session.Manager
	Consents  Consents
	Forms     UsedForms
	Keys      ClientKeys // of request objects
	Objects   *Objects   // likewise, of those that are fetched
	Issuer    string     // byte for byte, as in every token
	// URL is where our pages are. Default: the issuer.
	URL string
	// Host is the host name that is answered at, where it is another than the
	// issuer's: browsers hold secrets there that are good at no other, and nobody is
	// asked anything. Default: the issuer's.
	Host    string
	Tokens  *token.Issuer
	Keyring *seal.Keyring
	ACR     *acr.Order // the authentication contexts that there are
	// Registered are apps beside those of Clients. Optional.
	Registered Registered
	// Rules judge every authentication. Optional; default: there are none.
	Rules Rules
	// Waiting keeps what waits for a person who is elsewhere. Required with Rules and
	// Upstreams.
	Waiting Waiting
	// Factors are what users prove who they are with beside a password. Optional;
	// default: there is nothing. With them Waiting is required.
	Factors *Factors
	// Profiles are what rules read of users. Optional; default: what the directory says.
	Profiles Profiles
	// Connection and ConnectionStrategy are what rules are told of where users come
	// from. Default: what Auth0 calls its own database.
	Connection, ConnectionStrategy string
	// Directories are asked for users whom ours does not have. Optional; default: none.
	Directories *ldapdir.Set
	// Upstreams are the other providers that users sign in with. Optional; default: none.
	Upstreams *upstream.Set
	// Vouched seals what those say, for every host alike. Required with Upstreams and
	// Directories.
	Vouched *seal.Box
	// Hops is the way between the hosts of the provider. Optional; default: there is
	// one host.
	Hops *Hops
	// RenewalIsActivity is the default of the clients' switch of that name.
	RenewalIsActivity bool
	// RenewalCookie is how long a renewal cookie lasts; 0: there are none.
	RenewalCookie time.Duration
	// Shut says why nothing may be given at the moment, nil where it may. Optional;
	// default: it always may.
	Shut func() error
}

// Service answers authorization requests. It is safe for concurrent use.
type Service struct {
	Config
	sealer   *seal.Box // of parked requests
	pushes   *seal.Box // of pushed requests
	plants   *seal.Box // of tickets for /silent/plant
	rulings  *seal.Box // of what rules said or wait for
	pages    string    // the prefix of our own pages
	hostname string    // of them
	states   *silent.States
}

// New returns a Service.
func New(c Config) *Service {
	if c.Rules != nil && c.Rules.Version() == "" {
		c.Rules = nil // a set without any
	}
	pages := rooted(cmp.Or(c.URL, c.Issuer))
	at, _ := url.Parse(pages)
	rulings := c.Keyring.Box("rules")
	if c.Hops != nil {
		rulings = c.Hops.rulings
	}
	return &Service{
		Config: c, sealer: c.Keyring.Box("parked request"), pushes: c.Keyring.Box("pushed request"),
		plants: c.Keyring.Box("renewal ticket"), rulings: rulings,
		pages: pages, hostname: at.Hostname(),
		states: silent.NewStates(c.Keyring.MACKeys(silent.StatePurpose)...),
	}
}

// progress is what the person already did for the request at hand. It only
// counts in the session in which it happened.
type progress struct {
	SignedIn bool     `json:"in,omitempty"`
	Chosen   bool     `json:"ch,omitempty"`
	Agreed   bool     `json:"-"`            // never parked: consent is remembered instead
	Ruled    string   `json:"ru,omitempty"` // what a ruling on this request waits under; "" for none
	account  SignedIn // whose session that is; zero while nothing was done
	ruling   *ruling  // that lets this request pass; nil: rules did not judge it yet
	back     *Back    // who comes back from where a rule sent them; nil: nobody
	round    int      // how often the request was moved to another host and back
}

// Begin answers a request that comes from the app.
func (s *Service) Begin(ctx context.Context, p oauth.Params, b Browser) Outcome {
	set, ahead, err := s.meet(ctx, p, b)
	if err != nil {
		return Outcome{Fault: err} // it is not known whether there is an address to send it to
	}
	_, span := tracing.Stage(ctx, "validate")
	q, refused := s.receive(ctx, set, p, b)
	span.End()
	if refused != nil {
		return *refused
	}
	q.ahead = ahead
	return s.decide(ctx, q, b, progress{})
}

// validate reads a request against a registry, in memory.
func (s *Service) validate(set *client.Set, p oauth.Params, came arrival, b Browser) (*request, *Outcome) {
	q, err := s.check(set, p, came)
	switch {
	case err == nil:
		return q, nil
	case q != nil:
		s.meetBrowser(q, b.account(q.client.SSOGroup))
		out := s.refuse(q, err)
		return nil, &out
	}
	out := Outcome{Fault: err}
	if c := set.Client(p.Get("client_id")); c != nil {
		out.ClientID = c.ID
	}
	return nil, &out
}

// check reads a request. On error it returns as much of it as an answer needs,
// or nil where there is no address that one could be sent to.
func (s *Service) check(set *client.Set, p oauth.Params, came arrival) (*request, *oauth.Error) {
	switch {
	case came.Own != "":
		return s.own(set, p, came)
	case came.Origin != "":
		return s.handed(set, p, came)
	}
	q, err := address(set, p)
	if err != nil {
		return nil, err
	}
	q.came = came
	return q, s.read(q)
}

// decide is the one place where a valid request meets a session.
func (s *Service) decide(ctx context.Context, q *request, b Browser, done progress) Outcome {
	account, single := b.single(q.client.SSOGroup)
	if !done.account.Handle.IsZero() {
		account, single = done.account, true
	}
	s.meetBrowser(q, b.account(q.client.SSOGroup))
	if single && account.Handle.IsZero() {
		account = s.instead(q, &b)
	}
	facts := q.facts(b, done)
	facts.Elsewhere = s.Host != "" && done.round == 0
	if d := silent.Early(&facts); !d.Granted() {
		return s.settle(ctx, q, b, d, &facts, found{}, done)
	}
	found, err := s.findFor(ctx, q, b, done, account, single, facts.SkipConsent)
	if errors.Is(err, session.ErrUnreadable) && !q.prompt.None() && !b.Embedded {
		// Silently it is an outage, because it may be put right. A person would
		// meet it for as long as the cookie lasts, and can sign in anew.
		found.Absence, err = session.Gone, nil
	}
	if err != nil {
		return s.refuse(q, silent.Unavailable(err))
	}
	if q.renewal.Site != "" && (found.Absence == session.Gone || found.Absence == session.Superseded) {
		q.renewal, b.Renewal, b.Cookie = Renewal{}, nil, silent.CookieAbsent
		return s.decide(ctx, q, b, done) // it opens nothing, and says nothing of the session
	}
	s.meetFound(q, &found)
	_, span := tracing.Stage(ctx, "decide")
	d := silent.Decide(&facts, &found.Subject, found.now)
	span.End()
	if !d.Granted() {
		return s.settle(ctx, q, b, d, &facts, found, done)
	}
	if q.came.Own != "" {
		return Outcome{Own: q.came.Own, SID: found.Session.SID, UserID: found.Session.UserID}
	}
	return s.issue(ctx, q, b, done, found, facts.SkipConsent)
}

// facts gathers what the decision looks at.
func (q *request) facts(b Browser, done progress) silent.Request {
	return silent.Request{
		Cookie:          b.Cookie,
		Embedded:        b.Embedded,
		CrossSite:       b.CrossSite,
		Storage:         b.Storage,
		Asked:           b.Asked,
		ForeignEmbedder: b.Embedded && b.Embedder != "" && !q.client.AllowsOrigin(b.Embedder),
		OwnEmbedder:     b.Embedded && b.Embedder != "" && q.client.AllowsOrigin(b.Embedder),
		Needs:           q.needs,
		SkipConsent:     skipsConsent(q.client, q.apis),
		HintSubject:     q.hintSub,
		Subjects:        q.wishes.subjects,
		ACR:             q.acr.Floor,
		ACRBeyond:       q.acr.Beyond,
		MaxAge:          q.maxAge,
		Multifactor:     q.multifactor,
		Prompt:          q.prompt,
		SignedIn:        done.SignedIn,
		Chosen:          done.Chosen,
		Agreed:          done.Agreed,
	}
}

// skipsConsent: the operator's own app is not asked about, where every API that
// it wants says so too.
func skipsConsent(c *client.Client, apis []*client.API) bool {
	return c.FirstParty && !slices.ContainsFunc(apis, func(a *client.API) bool { return a == nil || !a.SkipConsentForFirstParty })
}

func (s *Service) renewalCounts(c *client.Client) bool {
	if c.RenewalIsActivity != nil {
		return *c.RenewalIsActivity
	}
	return s.RenewalIsActivity
}
