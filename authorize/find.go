package authorize

import (
	"context"
	"errors"
	"time"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/tracing"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/silent"
)

// errAltered: the store's record is not the one that the cookie was made for.
var errAltered = errors.New("authorize: the session record names another user than the sealed cookie")

// found is what a handle led to.
type found struct {
	silent.Subject
	now  time.Time    // the store's
	held oauth.Grants // what the session itself holds for the app

	picked   SignedIn  // whose account it is, of several
	accounts []account // all of them; nil where there was nothing to choose
	switched bool      // the app got another one the last time
}

// without is what was found where err stood in place of a session: an Absence, which
// is an answer, or an outage.
func (f found) without(err error) (found, error) {
	absence := session.Absence("")
	if errors.As(err, &absence) {
		f.Absence, err = absence, nil
	}
	return f, err
}

// credential is that of the session, "" without one.
func (f *found) credential() string {
	if f.Session == nil {
		return ""
	}
	return f.Session.Credential
}

// findFor reads the session that the request is for.
func (s *Service) findFor(ctx context.Context, q *request, b Browser, done progress, account SignedIn, single, skipConsent bool) (found, error) {
	ctx, span := tracing.Stage(ctx, "find")
	defer span.End()
	if !single {
		return s.findAmong(ctx, q, b, skipConsent)
	}
	f, err := s.find(ctx, q, account, skipConsent)
	if err != nil || f.Session == nil || done.SignedIn || done.Chosen {
		return f, err // who answered a page is who they are, whatever login_hint says
	}
	f.Missed = q.loginHint != "" && q.hintSub == "" && len(q.wishes.subjects) == 0 && !s.hintNames(q, account.UserID, f.credential(), f.Sub)
	return f, nil
}

// find reads the session, in one trip. Remembered consent is read only where
// the session does not cover the request, which is once per session and app.
func (s *Service) find(ctx context.Context, q *request, account SignedIn, skipConsent bool) (found, error) {
	scope := s.scopeOf(q)
	current, now, err := s.resolve(ctx, q, session.Query{
		Handle: account.Handle, ClientID: q.client.ID, Activity: s.renewalCounts(q.client), Scope: scope,
	})
	f := found{now: now, picked: account}
	switch {
	case err != nil:
		return f.without(err)
	case account.forgotten(scope, &current):
		return f.without(session.Superseded)
	}
	return s.grasp(ctx, q, account, current, now, skipConsent)
}

// grasp gathers what the decision looks at in a live session.
func (s *Service) grasp(ctx context.Context, q *request, account SignedIn, current session.Session, now time.Time, skipConsent bool) (found, error) {
	f := found{now: now, held: current.Granted, picked: account}
	if !account.Opens(&current) {
		return f, errAltered
	}
	f.Session, f.Sub = &current, s.Tokens.Subject(q.client, current.UserID)
	user, known := s.holderOf(&current)
	f.Disabled, f.Outdated = !known || user.Disabled, known && !user.Proved(current.Credential)
	f.Proved = provedAt(&user)
	f.ACRReached = s.ACR.Held(current.ACR, current.AMR, 0)
	f.ACR = s.ACR.Held(current.ACR, current.AMR, now.Sub(current.AuthTime))
	if !skipConsent && !current.Granted.Covers(q.needs) {
		remembered, err := s.Consents.Remembered(ctx, current.UserID, q.client.ID)
		if err != nil {
			return f, err
		}
		current.Granted = current.Granted.Union(remembered)
	}
	return f, nil
}
