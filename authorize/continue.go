package authorize

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/rules"
	"github.com/hush-sso/hush/internal/rules/effect"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/silent"
)

// A rule may send the person to a page of somebody else (context.redirect). The
// request waits, sealed, in the store; what the browser takes along is the name that
// it waits under:
//
//	leave      303 to the page, with state
//	Continue   /continue?state=, once, in the browser that left
//
// Then the rules run anew, from the first, as redirect-callback. A user who signs in
// has no session until they passed.

// away is a request whose person was sent elsewhere.
type away struct {
	parked
	Proof *proof `json:"p,omitempty"` // of who signs in by it; nil: parked names a session
	Left  int64  `json:"l"`           // when they left, in ms
}

// ContinuePath is where the browser comes back to, below the URL.
const ContinuePath = "continue"

// Back is a browser that returns. What the other page made of the request is for the
// rules to judge.
type Back struct {
	State       string
	Query, Body map[string]string // Body is nil but for a POST
	// Carried is a request that was posted from another site, as Continue sealed it:
	// such come without the cookies that tell which browser it is.
	Carried string
}

// carried is a Back on its way to where the cookies come along.
type carried struct {
	Query map[string]string `json:"q"`
	Body  map[string]string `json:"b"`
	At    int64             `json:"at"` // unix seconds
}

// leave sends the person to where a rule wants them. p is of who signs in, nil for who
// has a session, current.
func (s *Service) leave(ctx context.Context, q *request, b Browser, done progress, current *session.Session, v rules.Verdict, p *proof) Outcome {
	switch {
	case done.back != nil:
		return s.ruleFailed(q, v.Rule, "it sends the user away again, who just came back: look at context.protocol")
	case s.Host != "" && s.hops(q, b, silent.StepLogin, done):
		return s.hop(q, b, done) // people are asked at one host, whoever asks
	case s.Host != "":
		return s.refuse(q, silent.RuleRedirect.Err())
	case b.Binding == "":
		return s.toOurs(q, b)
	}
	state := rand.Text()
	to, problem := destination(v.Redirect, state)
	if problem != "" {
		return s.ruleFailed(q, v.Rule, problem)
	}
	if p != nil {
		current = nil // what they come back for is the sign-in
	}
	a := away{parked: s.parkedOf(q, b, Ask{}, done, current), Proof: p, Left: time.Now().UnixMilli()}
	if err := s.Waiting.Await(ctx, state, sealed(s.rulings, a, waitAway, state), a.life()); err != nil {
		return s.refuse(q, silent.Unavailable(err))
	}
	return Outcome{ClientID: q.client.ID, Away: to, Rule: v.Rule}
}

// life is how long the request waits: with a sign-in in it as long as any other that
// was not finished.
func (a *away) life() time.Duration {
	if a.Proof != nil {
		return proofLifetime
	}
	return formLifetime
}

const proofLifetime = 15 * time.Minute

// toOurs leads over a page of ours, which gets the form cookie that was held back.
func (s *Service) toOurs(q *request, b Browser) Outcome {
	parked := s.park(q, b, Ask{}, progress{}, nil)
	if len(parked) > maxMoved {
		return s.refuse(q, oauth.Errorf(oauth.InvalidRequest, "The request is too large to wait for its user: push it (RFC 9126), or leave parameters out."))
	}
	return Outcome{ClientID: q.client.ID, Hop: &Hop{s.pages + "login?request=" + parked, q.params.Get(uiLocales)}}
}

// destination is the address of another page with the state that it has to bring back.
func destination(address, state string) (to, problem string) {
	u := effect.Destination(address)
	if u == nil {
		return "", "context.redirect.url is no absolute https or http address of at most 4 KB"
	}
	if u.RawQuery != "" {
		u.RawQuery += "&"
	}
	u.RawQuery = strings.ReplaceAll(u.RawQuery, " ", "%20") + "state=" + state
	return u.String(), ""
}

// ruleFailed refuses because a rule asked for what cannot be.
func (s *Service) ruleFailed(q *request, rule, detail string) Outcome {
	err := silent.RuleFailed.Err()
	err.Cause = &rules.Failure{Rule: rule, Kind: rules.Excess, Detail: detail}
	out := s.refuse(q, err)
	out.Rule = rule
	return out
}

// Continue goes on with a request whose person comes back.
func (s *Service) Continue(ctx context.Context, back Back, b Browser) Outcome {
	if back.Body != nil && b.Binding == "" {
		return s.carry(back)
	}
	if back.Carried != "" && !s.unpack(&back) {
		return Outcome{Fault: errStale}
	}
	a, fault := s.sentAway(ctx, back.State, b)
	if fault != nil {
		return Outcome{Fault: fault}
	}
	over, err := s.forsaken(ctx, a)
	if err != nil {
		return Outcome{Fault: silent.Unavailable(err)}
	}
	first, err := s.Forms.MarkUsed(ctx, back.State, rand.Text(), a.life())
	if err != nil {
		return Outcome{Fault: silent.Unavailable(err)}
	}
	f, refused := s.reopen(ctx, a.parked, b)
	switch {
	case refused != nil:
		return *refused
	case !first || over:
		return s.decide(ctx, f.q, b, progress{}) // as if it came anew
	case a.Proof != nil:
		return s.enterBack(ctx, f, b, *a.Proof, &back)
	case f.current == nil:
		return s.decide(ctx, f.q, b, progress{})
	}
	f.Done.back = &back
	return s.decide(ctx, f.q, b, f.Done)
}

// enterBack goes on with a sign-in. Whoever is kept out meanwhile is asked again.
func (s *Service) enterBack(ctx context.Context, f *form, b Browser, p proof, back *Back) Outcome {
	user, gone := s.owner(p.User, p.Credential)
	if gone != "" {
		return s.decide(ctx, f.q, b, progress{})
	}
	out, err := s.enter(ctx, f.q, b, user, p, back)
	if err != nil {
		again := problemOf(err)
		again.Step, again.Login = silent.StepLogin, user.Username
		return s.ask(ctx, f.q, b, nil, progress{}, again)
	}
	return out
}

// sentAway reads the request whose person comes back from where a rule had sent them, with
// a state.
func (s *Service) sentAway(ctx context.Context, state string, b Browser) (*away, *oauth.Error) {
	a := &away{}
	there, err := s.awaited(ctx, s.rulings, waitAway, state, a)
	there = there && time.Since(time.Unix(a.At, 0)) <= a.life()
	return a, comesBack(a.parked, b, there, err)
}

// carry has the browser come once more, by a redirect that brings its cookies.
func (s *Service) carry(back Back) Outcome {
	text := sealed(s.rulings, carried{back.Query, back.Body, time.Now().Unix()}, waitBack, back.State)
	if len(text) > maxMoved {
		return Outcome{Fault: oauth.Errorf(oauth.InvalidRequest, "The page that the user came back from sent more than fits: at most 12 KB.")}
	}
	return Outcome{Hop: &Hop{To: s.pages + ContinuePath + "?state=" + url.QueryEscape(back.State) + "&carried=" + text}}
}

func (s *Service) unpack(back *Back) bool {
	var c carried
	plain, err := s.rulings.Open(back.Carried, waitBack, back.State)
	if err != nil || json.Unmarshal(plain, &c) != nil || time.Since(time.Unix(c.At, 0)) > ticketLife {
		return false
	}
	back.Query, back.Body = c.Query, c.Body
	return true
}
