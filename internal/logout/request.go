package logout

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/seal"
	"github.com/hush-sso/hush/internal/token"
	"github.com/hush-sso/hush/session"
)

// Config is what a Service works with. Every field is required.
type Config struct {
	// Find returns the app with a client_id, nil for none. An error is an outage.
	Find func(ctx context.Context, clientID string) (*client.Client, error)
	// IssuerOf is the issuer that an app knows us by.
	IssuerOf  func(*client.Client) string
	Directory func() *login.Directory
	// UserOf returns the user of a session by id and credential.
	UserOf   func(id, credential string) (login.User, bool)
	Sessions *session.Manager
	Tokens   *token.Issuer
	Keyring  *seal.Keyring
	// Scope is what the browsers' secrets are good for at the host at hand.
	Scope session.Scope
}

// Service reads and decides. It is safe for concurrent use.
type Service struct {
	Config
	sealer *seal.Box
}

// New returns a Service.
func New(c Config) *Service {
	return &Service{Config: c, sealer: c.Keyring.Box("parked sign-out")}
}

// Problem says why a browser is not sent to where the app wants it.
type Problem uint8

// The problems.
const (
	ProblemNone    Problem = iota
	ProblemAddress         // post_logout_redirect_uri is not registered for the app
	ProblemHint            // id_token_hint is not an ID token of ours for the app
)

// Request is what an app asked for, as far as it may.
type Request struct {
	ClientID string  `json:"c,omitempty"`  // of a registered app; "" where none is named
	To       string  `json:"to,omitempty"` // the registered address that it named; "" for none
	State    string  `json:"st,omitempty"` // for To
	Problem  Problem `json:"p,omitempty"`
	// Subject and SID are what the id_token_hint says: whom it names, in which
	// session. "" without one.
	Subject string `json:"sub,omitempty"`
	SID     string `json:"sid,omitempty"`
	Hint    string `json:"h,omitempty"` // logout_hint
	// Federated: the user is to be signed out at the other provider too.
	Federated bool `json:"f,omitempty"`
	// Binding is the browser whose question it waits for; "" if for none yet.
	Binding string `json:"b,omitempty"`

	Cause error `json:"-"` // of Problem, for the log
}

// maxHint bounds logout_hint as login_hint is bounded.
const maxHint = 256

var errForeignHint = errors.New("logout: the hint was made for another app")

// Read reads a request. What is wrong with hint or address only keeps the browser
// from going on to the app (section 4): a person who wants to sign out
// still can. Other errors are *oauth.Error, or token.ErrNotReady.
func (s *Service) Read(ctx context.Context, p oauth.Params) (Request, error) {
	q := Request{Federated: p.Count("federated") > 0}
	if err := oauth.CheckState(p.Get("state")); err != nil {
		return q, err
	}
	if q.Hint = p.Get("logout_hint"); len(q.Hint) > maxHint {
		return q, oauth.Errorf(oauth.InvalidRequest, "logout_hint is longer than %d bytes.", maxHint)
	}
	id, hinted := p.Get("client_id"), false
	if raw := p.Get("id_token_hint"); raw != "" {
		hint, err := s.Tokens.ReadIDTokenHint(raw)
		if errors.Is(err, token.ErrNotReady) {
			return q, err
		}
		// What client_id names must be whom the hint was made for (section 2).
		switch {
		case err != nil:
			q.Problem, q.Cause = ProblemHint, err
		case id != "" && id != hint.ClientID:
			q.Problem, q.Cause = ProblemHint, errForeignHint
		default:
			id, hinted, q.Subject, q.SID = hint.ClientID, true, hint.Subject, hint.SID
		}
	}
	c, err := s.Find(ctx, id)
	if err != nil {
		return q, err
	}
	if hinted && c == nil {
		q = Request{Hint: q.Hint, Federated: q.Federated, Problem: ProblemHint, Cause: errForeignHint}
	}
	if c != nil {
		q.ClientID = c.ID
	}
	q.address(c, p)
	return q, nil
}

// address keeps a registered address and its state.
func (q *Request) address(c *client.Client, p oauth.Params) {
	raw := p.Get("post_logout_redirect_uri")
	if raw == "" || q.Problem != ProblemNone {
		return
	}
	if c != nil {
		if _, ok := c.PostLogoutRedirect(raw); ok {
			q.To, q.State = raw, p.Get("state")
			return
		}
	}
	q.Problem = ProblemAddress
}

// Park seals a request for the form of a browser, or with binding "" for its
// address bar. There it is good for as long as the secret is held: it says no
// more than what anybody may ask for by the address of the endpoint.
func (s *Service) Park(q Request, binding string) string {
	q.Binding = binding
	plain, err := json.Marshal(q)
	if err != nil {
		panic(err) // strings and a number always marshal
	}
	return s.sealer.Seal(plain)
}

// Open reads what Park wrote.
func (s *Service) Open(sealed string) (Request, error) {
	var q Request
	plain, err := s.sealer.Open(sealed)
	if err == nil {
		err = json.Unmarshal(plain, &q)
	}
	if err != nil {
		return q, &oauth.Error{Code: oauth.InvalidRequest, Cause: err,
			Description: "This page was changed on its way. Go back to the app and start again."}
	}
	return q, nil
}

// App returns the app and where the browser goes once nobody is signed in, by
// the registrations of this moment. The app is nil where none is named, the
// address is not there where the browser stays.
func (s *Service) App(ctx context.Context, q Request) (c *client.Client, to client.RedirectURI, leaves bool) {
	if c, _ = s.Find(ctx, q.ClientID); c == nil { // in an outage the browser stays
		return nil, to, false
	}
	to, leaves = c.PostLogoutRedirect(q.To)
	return c, to, leaves
}
