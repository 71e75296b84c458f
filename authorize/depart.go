package authorize

import (
	"cmp"
	"context"
	"crypto/rand"
	"time"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/upstream"
	"github.com/hush-sso/hush/silent"
)

// Who signs in at another provider is away from here as who is sent away by a rule. The
// request waits, sealed, in the store; what the browser takes along is the name that it
// waits under:
//
//	Depart  303 to the provider, with state
//	Arrive  /login/callback?state=, once, in the browser that left

// trip is a request whose person signs in elsewhere.
type trip struct {
	parked
	Trip     upstream.Trip `json:"t"`
	Remember bool          `json:"r,omitempty"`
	Login    string        `json:"l,omitempty"` // what was typed, for a page that asks again

	locales string
}

const waitTrip = "trip"

// CallbackPath is where the browser comes back to, below the URL: Auth0's. That of a
// connection with one of its own has its name behind a slash.
const CallbackPath = "login/callback"

// Departure is a person's wish to sign in elsewhere.
type Departure struct {
	Connection string // its name
	Login      string // what they typed, if anything
	Remember   bool
	Locales    string // ui_locales, which pages carry on by themselves
}

// Depart answers a button of the sign-in form.
func (s *Service) Depart(ctx context.Context, sealed string, to Departure, b Browser) Outcome {
	f, refused := s.open(ctx, sealed, b)
	if refused != nil {
		return *refused
	}
	at := s.Upstreams.Named(to.Connection)
	if at == nil || !f.boundTo(b) || f.Step != silent.StepLogin {
		return s.ask(ctx, f.q, b, f.current, f.Done, Ask{Step: silent.StepLogin, Problem: ProblemForm, Login: to.Login, Remember: to.Remember})
	}
	return s.depart(ctx, f.q, b, f.Done, trip{parked: f.parked, Remember: to.Remember, Login: to.Login, locales: to.Locales}, at)
}

// depart sends the person to another provider. t has what is to come back with them.
func (s *Service) depart(ctx context.Context, q *request, b Browser, done progress, t trip, at *upstream.Source) Outcome {
	state := rand.Text()
	var to string
	var err error
	t.Trip, to, err = at.Depart(ctx, upstream.Wish{
		State: state, Redirect: s.callback(at), LoginHint: cmp.Or(t.Login, q.loginHint), Locales: cmp.Or(t.locales, q.params.Get(uiLocales)),
		MaxAge: q.maxAge, Login: q.prompt.Login(), Select: q.prompt.SelectAccount() || t.Other || t.SID != "", ACR: q.acr.Values,
	})
	if err == nil {
		t.ID, t.At, t.Binding = rand.Text(), time.Now().Unix(), b.Binding
		err = s.Waiting.Await(ctx, state, sealed(s.Vouched, t, waitTrip, state), proofLifetime)
		if err != nil {
			return s.refuse(q, silent.Unavailable(err))
		}
		return Outcome{ClientID: q.client.ID, Away: to}
	}
	return s.ask(ctx, q, b, nil, done, tripProblem(at, t, err))
}

// callback is the address of ours that a connection sends people back to.
func (s *Service) callback(at *upstream.Source) string {
	if at.OwnCallback {
		return s.pages + CallbackPath + "/" + at.Name
	}
	return s.pages + CallbackPath
}

// departAtOnce is the connection that a request is for whose person needs no page to
// choose it on; nil for none.
func (s *Service) departAtOnce(q *request, b Browser, draft *Ask) *upstream.Source {
	if draft.Step != silent.StepLogin || draft.Problem != ProblemNone || b.Embedded {
		return nil
	}
	return s.Upstreams.Named(q.connection)
}

// hasty tells whether the request at hand has no time for a provider that was never
// asked before.
func hasty(ctx context.Context, at *upstream.Source) bool {
	by, bounded := ctx.Deadline()
	return bounded && time.Until(by) < 3*time.Second && !at.Met()
}

// ConnectionFor is the name of the connection of whoever types this e-mail address, by
// its domain; "" for none.
func (s *Service) ConnectionFor(typed string) string {
	if at := s.Upstreams.For(typed); at != nil {
		return at.Name
	}
	return ""
}

// readConnection reads the connection that the app wants (Auth0's parameter). That of a
// directory is the sign-in form's, which asks it anyway. A name that
// is none of ours is refused where there are any: else whoever moves an app here would
// meet it, which has one database and names it.
func (s *Service) readConnection(q *request) *oauth.Error {
	q.connection = q.params.Get("connection")
	none := len(s.Upstreams.All()) == 0 && s.Directories.Empty()
	if q.connection == "" || none || s.trusts(q.connection) || q.connection == s.database() {
		return nil
	}
	return oauth.Errorf(oauth.InvalidRequest, "connection names none of the connections of this provider.")
}
