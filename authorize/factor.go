package authorize

import (
	"context"
	"crypto/rand"
	"slices"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/factor"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/silent"
)

// Factors are second factors, where there are any.
type Factors struct {
	Keeper *factor.Keeper
	Codes  *login.Codes
	// Site is whom passkeys are for; nil: there are none. Owners finds their users; nil:
	// passkeys stand for no password.
	Site   *factor.Site
	Owners *Owners
	// Required: every app needs one, and not only those that say so.
	Required bool
	// Name is what authenticator apps and browsers call us.
	Name string
}

// A second factor is asked for between the password and the session:
//
//	askFactor  the sign-in waits, sealed, in the store; the page's form names it
//	Factor     the answer, once, in the browser that gave the password
//
// Until then there is no session, so that going another way leads nowhere.

// pending is a sign-in that lacks a second factor.
type pending struct {
	Proof  proof   `json:"p"`
	Ruling *ruling `json:"r,omitempty"`
	SID    string  `json:"s,omitempty"` // as entry has it
	Secret []byte  `json:"e,omitempty"` // of an app that the user may add; nil: they have a factor
	// App and Keys are what they have.
	App  bool         `json:"a,omitempty"`
	Keys []factor.Ref `json:"k,omitempty"`
	Met  bool         `json:"m,omitempty"` // it was added: only the recovery codes are to be noted
	At   int64        `json:"at"`          // in ms
}

// has notes what is asked for.
func (w *pending) has(set *factor.Set) {
	w.Secret, w.App, w.Keys = nil, len(set.Apps) > 0, set.Refs()
}

// demands tells whether a sign-in will do only with a second factor.
func (s *Service) demands(q *request, p proof, e entry) bool {
	if q.client.Multifactor || s.Factors.Required || e.ruling != nil && e.ruling.Verdict.Multifactor {
		return true
	}
	rank := func(amr []string) int { return s.ACR.Rank(s.ACR.Reached(amr, q.acr.Most)) }
	return rank(p.AMR) < q.acr.Floor && rank(with(p.AMR, "otp", "hwk", "swk", "user", silent.Multifactor)) >= q.acr.Floor
}

// lacksFactor tells whether a sign-in by these methods is no more enough for an app: it
// may demand a second factor since.
func (s *Service) lacksFactor(c *client.Client, amr []string) bool {
	return (c.Multifactor || s.Factors != nil && s.Factors.Required) && !slices.Contains(amr, silent.Multifactor)
}

// with returns the words of amr with more, each once.
func with(amr []string, more ...string) []string {
	all := slices.Clone(amr)
	for _, word := range more {
		if !slices.Contains(all, word) {
			all = append(all, word)
		}
	}
	return all
}

// askFactor asks for a second factor where one is due: of users who have one at every
// sign-in, and of all others where the request demands it. An error is an outage.
func (s *Service) askFactor(ctx context.Context, q *request, b Browser, user login.User, p proof, e entry) (*Outcome, error) {
	if s.Factors == nil || slices.Contains(p.AMR, silent.Multifactor) {
		return nil, nil
	}
	set, err := s.Factors.Keeper.Of(ctx, user.ID)
	if err != nil {
		return nil, err
	}
	w := pending{Proof: p, Ruling: e.ruling, SID: e.sid, At: time.Now().UnixMilli()}
	switch {
	case set.Has():
		w.has(&set)
	case s.demands(q, p, e):
		w.Secret = factor.NewSecret()
	default:
		return nil, nil
	}
	id := rand.Text()
	if err := s.wait(ctx, id, &w); err != nil {
		return nil, err
	}
	out := s.factorPage(ctx, q, b, user, id, &w, Ask{})
	return &out, nil
}

func (s *Service) wait(ctx context.Context, id string, w *pending) error {
	return s.Waiting.Await(ctx, id, sealed(s.rulings, w, waitFactor, id), proofLifetime)
}

// waits reads a sign-in that waits, nil for none.
func (s *Service) waits(ctx context.Context, id string) (*pending, error) {
	if s.Factors == nil {
		return nil, nil
	}
	w := &pending{}
	there, err := s.awaited(ctx, s.rulings, waitFactor, id, w)
	if err != nil || !there || time.Since(time.UnixMilli(w.At)) > proofLifetime {
		return nil, err
	}
	if w.Ruling != nil {
		w.Ruling.effects, err = effectsOf(w.Ruling.Verdict)
	}
	return w, err
}
