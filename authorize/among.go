package authorize

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/silent"
)

// account is what is known of one account, from all sessions that the browser
// holds of it.
type account struct {
	silent.Candidate
	entry SignedIn // the session that counts, or the last one that did
	seen  session.Seen
}

// findAmong is find for a browser that holds several accounts: all of them are
// read, in one trip, and silent.Choose says which one it is.
func (s *Service) findAmong(ctx context.Context, q *request, b Browser, skipConsent bool) (found, error) {
	all, now, err := s.accounts(ctx, q, b)
	if err != nil {
		return found{}, err
	}
	hinted := false
	for i := range all {
		all[i].Named, hinted = s.names(q, &all[i], skipConsent)
	}
	candidates := candidatesOf(all)
	c := silent.Choose(candidates, hinted)
	f := found{now: now}
	if c.Ambiguous {
		f.Ambiguous = true
	} else if f, err = s.findPicked(ctx, q, &all[c.Index], now, skipConsent); err != nil {
		return f, err
	}
	f.Missed, f.accounts = c.Missed, all
	// By a hint the app got another account than last time: next time it is this.
	f.switched = hinted && !c.Missed && silent.Choose(candidates, false) != (silent.Choice{Index: c.Index})
	return f, nil
}

func candidatesOf(all []account) []silent.Candidate {
	list := make([]silent.Candidate, len(all))
	for i := range all {
		list[i] = all[i].Candidate
	}
	return list
}

// findPicked goes on with the account that was chosen. Reading all of them kept
// none from idling out, so this one is read once more where that is due.
func (s *Service) findPicked(ctx context.Context, q *request, a *account, now time.Time, skipConsent bool) (found, error) {
	f := found{now: now, picked: a.entry}
	switch {
	case errors.As(a.seen.Err, &f.Absence):
		return f, nil
	case a.seen.Err != nil || !a.Live: // damaged, or left behind
		f.Absence = session.Gone
		return f, nil //nolint:nilerr // an outage was told before
	case a.seen.Session.TookPart && s.renewalCounts(q.client) && s.Sessions.Slides(&a.seen.Session, now):
		return s.find(ctx, q, a.entry, skipConsent)
	}
	return s.grasp(ctx, q, a.entry, a.seen.Session, now, skipConsent)
}

// accounts reads everything that the browser holds for the app's group and joins
// it to one for each account. An error is an outage.
func (s *Service) accounts(ctx context.Context, q *request, b Browser) ([]account, time.Time, error) {
	held := b.held(q.client.SSOGroup)
	seen, err := s.resolveAll(ctx, q, held)
	if err != nil {
		return nil, time.Time{}, err
	}
	var all []account
	for i, entry := range held {
		if seen[i].Err == nil && !entry.Opens(&seen[i].Session) {
			return nil, time.Time{}, errAltered
		}
		if seen[i].Err == nil && entry.forgotten(s.scope(), &seen[i].Session) {
			seen[i].Err = session.Superseded
		}
		if errors.Is(seen[i].Err, session.ErrUnreadable) && entry.Over == 0 && (q.prompt.None() || b.Embedded) {
			return nil, time.Time{}, seen[i].Err // as in decide
		}
		one := account{Candidate: candidate(entry, seen[i]), entry: entry, seen: seen[i]}
		if at := slices.IndexFunc(all, func(a account) bool { return a.entry.UserID == entry.UserID }); at >= 0 {
			all[at].join(one)
		} else {
			all = append(all, one)
		}
	}
	return all, seen[0].Now, nil
}

// resolveAll reads sessions in one trip, unless they were just read. Which of
// them is used is not known yet, so none is kept from idling out.
func (s *Service) resolveAll(ctx context.Context, q *request, held []SignedIn) ([]session.Seen, error) {
	queries := s.queriesOf(held, q.client.ID)
	if seen := q.takeAhead(queries...); seen != nil {
		return seen, session.Outage(seen)
	}
	return s.Sessions.ResolveAll(ctx, queries)
}

func (s *Service) queriesOf(held []SignedIn, clientID string) []session.Query {
	queries := make([]session.Query, len(held))
	for i := range held {
		queries[i] = session.Query{Handle: held[i].Handle, ClientID: clientID, Scope: s.scope()}
	}
	return queries
}

func candidate(entry SignedIn, seen session.Seen) silent.Candidate {
	c := silent.Candidate{Live: seen.Err == nil && entry.Over == 0, Used: seen.Used, Unknown: !seen.Known}
	if c.Unknown && entry.Over > sometime {
		c.Until = time.Unix(entry.Over, 0)
	}
	return c
}

// join adds another session of the same account.
func (a *account) join(b account) {
	if b.Live || !a.Live && a.entry.Over != 0 && b.entry.Over == 0 {
		a.entry, a.seen = b.entry, b.seen
	}
	a.Live = a.Live || b.Live
	if b.Used.After(a.Used) {
		a.Used = b.Used
	}
	switch {
	case !b.Unknown:
	case !a.Unknown:
		a.Unknown, a.Until = true, b.Until
	case a.Until.IsZero() || b.Until.IsZero():
		a.Until = time.Time{}
	case b.Until.After(a.Until):
		a.Until = b.Until
	}
}

// names tells whether the request's hints name an account, and whether they name
// any. What names a person for sure comes before login_hint.
func (s *Service) names(q *request, a *account, skipConsent bool) (named, hinted bool) {
	sub := s.Tokens.Subject(q.client, a.entry.UserID)
	switch {
	case q.hintSub != "":
		return q.hintSub == sub, true
	case len(q.wishes.subjects) > 0:
		return slices.Contains(q.wishes.subjects, sub), true
	case q.loginHint == "":
		return false, false
	}
	// Anybody can write a login_hint. Silently it must not tell an app who else is
	// signed in, so there it names only who the app knows.
	known := skipConsent || !q.prompt.None() || !a.Used.IsZero()
	return known && s.hintNames(q, a.entry.UserID, a.seen.Session.Credential, sub), true
}

// hintNames tells whether login_hint names a user: by what they sign in with, or
// as the app knows them. No other user of the directory is looked at, so that
// the answer does not tell which there are; and no app that knows its users by
// pseudonyms can try names.
func (s *Service) hintNames(q *request, userID, credential, sub string) bool {
	if q.loginHint == sub {
		return true
	}
	if q.client.Pairwise() && !q.has("profile") && !q.has("email") {
		return false
	}
	if user, known := s.Directory().ByUsername(q.loginHint); known {
		return user.ID == userID
	}
	user, _ := s.UserOf(userID, credential)
	return slices.ContainsFunc([]string{"email", "preferred_username"}, func(claim string) bool {
		text, _ := user.Claims[claim].(string)
		return text != "" && strings.EqualFold(text, q.loginHint)
	})
}
