package authorize

import (
	"context"
	"errors"
	"time"

	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/session"
)

// entry is what rules made of a user who is not signed in yet.
type entry struct {
	ruling *ruling
	sid    string // that they were shown, for the session that there will be
}

// mayEnter has the rules judge a user who just proved who they are. Where they refuse
// there is an Outcome. An error is an outage.
func (s *Service) mayEnter(ctx context.Context, q *request, b Browser, user login.User, p proof, back *Back) (e entry, refused *Outcome, err error) {
	if s.Rules == nil {
		return e, nil, nil
	}
	o := occasion{
		client: q.client, user: user, protocol: q.protocol(), scopes: q.wishes.named.Judged(q.scopes),
		amr: p.AMR, signedIn: p.proved(time.Now()), sid: session.NewSID(), count: true, request: s.told(q, b),
	}
	current, err := s.goesOn(ctx, q, b, user)
	if err != nil {
		return e, nil, err
	}
	e.sid = o.sid
	if current != nil {
		o.key, o.sid, o.there = current.Key, current.SID, true
	}
	e.ruling, refused, err = s.consult(ctx, q, b, progress{back: back}, o, current, &p)
	return e, refused, err
}

// goesOn returns the session that a sign-in of the user will go on with, nil for a
// new one.
func (s *Service) goesOn(ctx context.Context, q *request, b Browser, user login.User) (*session.Session, error) {
	held := b.of(q.client.SSOGroup, user.ID)
	if held.Handle.IsZero() {
		return nil, nil
	}
	current, _, err := s.Sessions.Resolve(ctx, session.Query{Handle: held.Handle, ClientID: q.client.ID, Scope: s.scope()})
	if absent := session.Absence(""); errors.As(err, &absent) || errors.Is(err, session.ErrUnreadable) {
		return nil, nil
	}
	if err != nil || !held.Opens(&current) {
		return nil, err
	}
	return &current, nil
}
