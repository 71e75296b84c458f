package authorize

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/token"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/silent"
)

const (
	// maxMoved is how long a sealed request may be to travel in an address.
	maxMoved = 16 << 10
	// maxRounds bounds how often one request is moved: once is enough, and once
	// more where the session ended on the way.
	maxRounds = 3
)

// Hop is where a browser's window goes on, at another host of ours.
type Hop struct {
	To      string // the address, query included
	Locales string // ui_locales of the request, wherever it stood
}

// hop moves a request to the host where people are asked.
func (s *Service) hop(q *request, b Browser, done progress) Outcome {
	out := Outcome{ClientID: q.client.ID, Silent: q.prompt.None()}
	if b.Binding == "" {
		// The form cookie was held back: a page of ours that gets it comes first.
		out.Hop = &Hop{s.pages + "login?request=" + s.park(q, b, Ask{}, progress{}, nil), q.params.Get(uiLocales)}
		return out
	}
	came := q.came
	came.From = &from{Host: s.Host, Binding: b.Binding, Round: done.round + 1}
	text := sealed(s.Hops.requests, moved{Raw: q.park(), Came: came, At: time.Now().Unix()})
	if len(text) > maxMoved {
		return s.refuse(q, oauth.Errorf(oauth.InvalidRequest, "The request is too large to be moved to the host where people sign in: push it (RFC 9126), or leave parameters out."))
	}
	out.Hop = &Hop{s.Hops.issuer + HopPath + "?request=" + text, q.params.Get(uiLocales)}
	return out
}

// hops tells whether what a request lacks may be had at the host where people are
// asked. prompt=none goes there once, to see who is signed in.
func (s *Service) hops(q *request, b Browser, step silent.Step, done progress) bool {
	if s.Host == "" || b.Embedded || step == silent.StepRefuse {
		return false
	}
	if q.prompt.None() {
		return done.round == 0 && step != silent.StepConsent
	}
	return done.round < maxRounds
}

// elsewhere is what becomes of a question at a host where nobody is asked.
func (s *Service) elsewhere(q *request, b Browser, done progress, step silent.Step) Outcome {
	if s.hops(q, b, step, done) {
		return s.hop(q, b, done)
	}
	if step == silent.StepConsent {
		return s.refuse(q, silent.ConsentRequired.Err())
	}
	return s.refuse(q, silent.NoSession.Err())
}

// Move answers a request that another host moved here, as if it were made here; what
// would be the answer to the app goes back to that host.
func (s *Service) Move(ctx context.Context, text string, b Browser) Outcome {
	m := s.Hops.openMoved(text)
	if m == nil || s.Hops.targets[m.Came.From.Host].URL == "" {
		return Outcome{Fault: errStale}
	}
	q, refused := s.reread(ctx, m.Raw, m.Came, b)
	if refused != nil {
		return *refused
	}
	return s.decide(ctx, q, b, progress{})
}

// judge is whose tokens a request may hold.
func (s *Service) judge(q *request) *token.Issuer {
	if q.came.From != nil {
		if at, known := s.Hops.targets[q.came.From.Host]; known {
			return at.Tokens
		}
	}
	return s.Tokens
}

// back sends the browser back to the host that moved its request.
func (s *Service) back(q *request, t ticket) Outcome {
	out := Outcome{ClientID: q.client.ID, Silent: q.prompt.None()}
	at, known := s.Hops.targets[t.From.Host]
	if !known {
		out.Fault = errStale // the host is none of ours any more
		return out
	}
	out.Hop = &Hop{To: rooted(at.URL) + LandPath + "?ticket=" + sealed(s.Hops.tickets, t, t.From.Host)}
	return out
}

// admit sends the browser back with a session.
func (s *Service) admit(ctx context.Context, q *request, done progress, f found) Outcome {
	t := q.newTicket()
	if done.ruling != nil {
		done.Ruled = s.shelve(ctx, done.ruling)
	}
	t.admit(f.Session, f.picked, done)
	out := s.back(q, t)
	out.SID, out.UserID = f.Session.SID, f.Session.UserID
	return out
}

// Of a ticket that cannot be taken.
var (
	errTicket = oauth.Errorf(oauth.InvalidRequest, "This address is good once, for the sign-in that it belongs to. Go back to the app and start again.")
	// errElsewhere: whoever began it may want somebody else to be signed in as them.
	errElsewhere = oauth.Errorf(oauth.AccessDenied, "This sign-in was begun in another browser, or this one keeps no cookies. Go back to the app and start again.")
)

// Land takes a ticket. The session becomes one of this host's, under a secret that
// is good here only, and the request is decided again.
func (s *Service) Land(ctx context.Context, text string, b Browser) Outcome {
	t, err := s.Hops.openTicket(s.Host, text)
	if err != nil {
		return Outcome{Fault: &oauth.Error{Code: errTicket.Code, Description: errTicket.Description, Cause: err}}
	}
	first := false
	if t.Refused == nil && t.fresh() {
		// Before it is known whose it is: in another browser it is burnt.
		first, err = s.Forms.MarkUsed(ctx, t.ID, rand.Text(), 2*ticketLife)
	}
	if t.From.Binding == "" || t.From.Binding != b.Binding {
		return Outcome{Fault: errElsewhere}
	}
	q, refused := s.reread(ctx, t.Raw, t.Came, b)
	switch {
	case refused != nil:
		return *refused
	case err != nil:
		return s.refuse(q, silent.Unavailable(err))
	case t.Refused != nil:
		return s.refuse(q, t.Refused.err())
	case !first:
		return s.decide(ctx, q, b, progress{round: t.From.Round}) // as if it came anew, but not for ever
	}
	return s.arrive(ctx, q, b, t)
}

// arrive makes the session one of this host's. Where it is over, or the user signed
// in once more since, the request is moved again.
func (s *Service) arrive(ctx context.Context, q *request, b Browser, t *ticket) Outcome {
	key, err := session.ParseKey(t.Key)
	if err != nil || t.Group != q.client.SSOGroup {
		return s.decide(ctx, q, b, progress{round: t.From.Round})
	}
	account := SignedIn{Group: t.Group, UserID: t.User, Kept: t.Kept}
	seen, err := s.gather(ctx, q, b, account)
	if err != nil {
		return s.refuse(q, silent.Unavailable(err))
	}
	var bound session.Session
	account.Handle, bound, err = s.Sessions.Bind(ctx, key, session.Binding{Scope: s.scope(), AuthTime: time.Unix(t.Since, 0)})
	if absent := session.Absence(""); errors.As(err, &absent) || err == nil && account.Handle.IsZero() {
		return s.decide(ctx, q, b, progress{round: t.From.Round})
	}
	if err != nil {
		return s.refuse(q, silent.Unavailable(err))
	}
	account.Kept = account.Kept && bound.Remembered
	held := latest(holding(b.Accounts, seen, account))
	b.Cookie, b.Accounts = silent.CookiePresent, held
	done := t.Done
	done.Agreed, done.round, done.account = t.Agreed, t.From.Round, account
	return s.noted(s.decide(ctx, q, b, done), held)
}

// scope is what the secrets are good for that browsers hold at this host.
func (s *Service) scope() session.Scope { return session.Scope{Host: s.Host} }
