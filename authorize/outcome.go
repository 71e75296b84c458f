package authorize

import (
	"net/netip"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/factor"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/upstream"
	"github.com/hush-sso/hush/silent"
)

// Browser is what a request tells about the browser that sent it.
type Browser struct {
	Cookie   silent.Cookie
	Accounts []SignedIn // what its cookies hold, of each the latest sign-in first
	// From Fetch Metadata and Storage Access Headers; false and unknown where the
	// browser does not send them.
	Embedded, CrossSite bool
	Storage             silent.StorageAccess
	Asked               bool   // our page in the frame asked for storage access already
	Retried             bool   // the browser sent the request again with its cookies, because our header said so
	Embedder            string // origin of the page that frames us; "" where it is not told
	TopLevel            bool   // a window of its own, as far as the browser says so
	// Renewal returns what the browser's renewal cookie for a client holds. nil: none
	// came, or none that counts here.
	Renewal func(clientID string) (Renewal, bool)
	// Binding is the hash of the browser's form cookie, "" for none: a form is
	// only good in the browser that it was made for, and the throttle knows the
	// owner's browser by it.
	Binding   string
	UserAgent string // as the browser calls itself
	// Device is how its user knows it again, where it may be signing in; "" unknown.
	Device string
	// Address is the browser's own, as far as the proxies in front can be
	// believed; zero where it is not known.
	Address netip.Addr
}

// Outcome is what is to be done: exactly one of Answer, Ask, Hop, Away, Own and Fault is
// set.
type Outcome struct {
	Answer *Answer      // send it to the app
	Ask    *Ask         // show a page to the person
	Hop    *Hop         // send the window to another host of ours
	Away   string       // send the window to this page of somebody else
	Own    Own          // go on with this page of ours: a user is signed in
	Fault  *oauth.Error // show an error page: there is no address to send it to
	// SignedIn tells that a sign-in happened.
	SignedIn bool
	// Agreed tells that the person allowed the app what it asks for.
	Agreed bool
	// Enrolled tells that a second factor was added on the way.
	Enrolled bool
	// Holds is what the browser holds from now on, where that changed; KeepFor is
	// how long what outlives the browser does at most.
	Holds   []SignedIn
	KeepFor time.Duration

	// Browser is what the browser is for the app, where the answer says so: its
	// state cookie has to hold this.
	Browser silent.BrowserState

	// For the log line.
	Refused  *oauth.Error // with Hop: what the app will be told there; nil for none
	Rule     string       // file name of the rule that refused; "" for none
	ClientID string
	Silent   bool   // the request said prompt=none
	Renewed  bool   // it was judged by a renewal cookie
	Via      string // with SignedIn: the connection or directory that it came by; "" for our own password
	SID      string
	UserID   string // whose session, or whose sign-in was tried; "" where nobody is known
}

// Answer is an authorization response: parameters for a registered address.
type Answer struct {
	To     client.RedirectURI
	Mode   oauth.ResponseMode
	Params []oauth.Param
	// Embedders are the web origins whose pages may frame the answer.
	Embedders []string
	// Remedy may bring a cookie whose absence this refuses; Embedder is the origin
	// of the page that it may be tried in, one of Embedders.
	Remedy   silent.Remedy
	Embedder string
	// Ticket is for /silent/plant, from the page that brings the answer; "": none.
	Ticket   string
	Implicit bool         // tokens left the authorization endpoint itself
	Err      *oauth.Error // nil for success; the cause is for the log
}

// Ask is a question that only a person can answer.
type Ask struct {
	Step    silent.Step
	Parked  string // the sealed request, to come back with the answer
	Client  *client.Client
	To      client.RedirectURI
	Origin  string        // in place of To, where a browser hands the answer to a page of it
	Locales string        // ui_locales of the request, wherever it stood
	Problem Problem       // what was wrong with the last answer
	Wait    time.Duration // with ProblemThrottled: until the next attempt counts
	Cause   error         // of the problem, for the log
	Again   bool          // the person was signed in and must sign in again
	Confirm bool          // they are still, and the app wants them to confirm who they are
	Login   string        // suggested user name
	// Connection is the title of the other provider that a problem is with.
	Connection string
	Upstreams  []*upstream.Source // where else one may sign in
	ByDomain   bool               // some are found by an e-mail address
	Account    Account            // who is signed in
	Choices    []Choice           // whom to choose among
	// MayRemember: staying signed in is offered; Remember: it was asked for.
	MayRemember, Remember bool
	Scopes                []Permission // what consent is about

	Factor *FactorAsk // what a second factor may be
	// Passkey may be used in place of name and password; nil: none can.
	Passkey *factor.Ceremony

	offered []offer // of Choices, in their order
	other   bool    // the person is none of those whom a page named
	pending string  // see parked
}

// Problem says why a question is asked a second time.
type Problem uint8

// The problems.
const (
	ProblemNone        Problem = iota
	ProblemCredentials         // wrong user name or password
	ProblemDisabled            // right, but the account is disabled
	ProblemBusy                // could not be checked in time: too many sign-ins
	ProblemStore               // could not be checked: the store is away
	ProblemForm                // the form was not of this browser, or too old
	ProblemThrottled           // not looked at: too many wrong attempts before it
	ProblemAway                // the other provider is away
	ProblemRefused             // the other provider did not sign them in
	ProblemUpstream            // its answer cannot be trusted
	ProblemStale               // they did not prove there anew who they are
	ProblemStranger            // right there, but nobody here
	ProblemCode                // wrong code or passkey
	ProblemCodeUsed            // right, but it was used before
	ProblemPasskey             // a passkey that signs nobody in
	ProblemFull                // right, but the user has all the sessions that one may have
)

// Account is how a person recognizes themselves.
type Account struct{ Name, Detail string }

// Choice is one account that a person may go on with.
type Choice struct {
	Account
	Over bool // signed out: it leads to the sign-in form
}

// Permission is one scope that consent is asked for.
type Permission struct {
	Scope string // "" for the API itself
	Text  string // of an API's scope, as the operator put it
	API   string // display name; "" for OpenID Connect's own scopes
}
