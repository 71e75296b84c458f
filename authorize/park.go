package authorize

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/seal"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/silent"
)

// formLifetime is how long a form waits for its person: long enough for a
// lunch break, short enough that a forgotten tab is no standing offer.
const formLifetime = time.Hour

// known are the parameters that mean something here. They are parked, and few others
// (readExtra), so that a form's size is bounded by the caps on them.
var known = map[string]bool{
	"client_id": true, "redirect_uri": true, "response_type": true, "response_mode": true,
	"scope": true, "state": true, "nonce": true, "prompt": true, "max_age": true,
	"login_hint": true, "id_token_hint": true, "audience": true, "resource": true,
	"code_challenge": true, "code_challenge_method": true, "dpop_jkt": true, "claims": true, "acr_values": true,
	"connection": true,
}

// uiLocales need not be parked: the pages carry it on by themselves.
const uiLocales = "ui_locales"

// parked is a request that waits, sealed, in a form for a person's answer. The
// parameters are kept as they came and are validated again when it goes on, by
// the same reader and against the registry of that moment.
type parked struct {
	ID      string       `json:"id"`
	Raw     string       `json:"q"`
	Came    arrival      `json:"c,omitzero"`
	At      int64        `json:"at"`            // unix seconds
	Needs   oauth.Grants `json:"n,omitempty"`   // what a consent page showed
	Binding string       `json:"b,omitempty"`   // "" if the browser had no form cookie
	Step    silent.Step  `json:"s"`             // what the page asked: no other answer counts
	SID     string       `json:"sid,omitempty"` // the session that done is about
	User    string       `json:"u,omitempty"`   // whose that is
	Offered []offer      `json:"o,omitempty"`   // whom a page gave to choose among
	Other   bool         `json:"x,omitempty"`   // who they are not, they said already
	Pending string       `json:"p,omitempty"`   // what a sign-in waits under for a second factor
	Done    progress     `json:"d"`
}

func (s *Service) park(q *request, b Browser, draft Ask, done progress, current *session.Session) string {
	return sealed(s.sealer, s.parkedOf(q, b, draft, done, current))
}

func (s *Service) parkedOf(q *request, b Browser, draft Ask, done progress, current *session.Session) parked {
	step := draft.Step
	p := parked{ID: rand.Text(), Raw: q.park(), Came: q.came, At: time.Now().Unix(), Binding: b.Binding, Step: step, Offered: draft.offered, Other: draft.other, Pending: draft.pending, Done: done}
	if current != nil && step != silent.StepSelect {
		p.SID, p.User = current.SID, current.UserID
	}
	if step == silent.StepConsent {
		p.Needs = q.needs
	}
	return p
}

// sealed is v for a browser or an app to carry.
func sealed(b *seal.Box, v any, context ...string) string {
	plain, err := json.Marshal(v)
	if err != nil {
		panic(err) // texts, numbers and booleans always marshal
	}
	return b.Seal(plain, context...)
}

// park encodes the parameters that wait.
func (q *request) park() string { return q.encode(q.waits) }

func (q *request) encode(keep func(p oauth.Param) bool) string {
	var b strings.Builder
	for _, p := range q.params.Pairs() {
		if !keep(p) {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(p.Name + "=" + url.QueryEscape(p.Value))
	}
	return b.String()
}

// form is a parked request that came back with a person's answer.
type form struct {
	parked
	q *request
	// current is the session that the page showed, if the browser still holds
	// it: an answer given for one account never counts for another, and what
	// was done in one session counts only there.
	current *session.Session
}

// errStale refuses what no host of ours sealed, or too long ago.
var errStale = oauth.Errorf(oauth.InvalidRequest, "This page waited too long or was changed on its way. Go back to the app and start again.")

// open reads a form that came back. The request is validated as if it came
// anew; where that fails, or the form cannot be used, Outcome says so.
func (s *Service) open(ctx context.Context, sealed string, b Browser) (*form, *Outcome) {
	var p parked
	plain, err := s.sealer.Open(sealed)
	if err != nil || json.Unmarshal(plain, &p) != nil || time.Since(time.Unix(p.At, 0)) > formLifetime {
		return nil, &Outcome{Fault: errStale}
	}
	return s.reopen(ctx, p, b)
}

// reopen is open for a request that was unsealed already.
func (s *Service) reopen(ctx context.Context, p parked, b Browser) (*form, *Outcome) {
	f := &form{parked: p}
	if f.Came.stale() {
		return nil, &Outcome{Fault: errStale}
	}
	q, refused := s.reread(ctx, f.Raw, f.Came, b)
	if refused != nil {
		return nil, refused
	}
	f.q = q
	account := b.of(q.client.SSOGroup, f.User)
	f.current = s.shown(ctx, f.parked, b, account)
	if f.current == nil {
		f.Done, account = progress{}, SignedIn{}
	}
	f.Done.account = account
	return f, nil
}

// reread reads a request that was parked or moved, as if it came anew.
func (s *Service) reread(ctx context.Context, raw string, came arrival, b Browser) (*request, *Outcome) {
	params := oauth.ParseParams(raw)
	set, away := s.registry(ctx, params.Get("client_id"))
	if away != nil {
		return nil, &Outcome{Fault: away}
	}
	return s.validate(set, params, came, b)
}

// boundTo tells whether the form was made for this browser.
func (p parked) boundTo(b Browser) bool {
	return p.Binding != "" && p.Binding == b.Binding
}

// shown returns the session that the form was made for, or nil. Trouble with
// the store counts as none here: the decision meets it again and says so.
func (s *Service) shown(ctx context.Context, p parked, b Browser, account SignedIn) *session.Session {
	if p.SID == "" || !p.boundTo(b) || account.Handle.IsZero() {
		return nil
	}
	current, _, err := s.Sessions.Resolve(ctx, session.Query{Handle: account.Handle, Scope: s.scope()})
	if err != nil || current.SID != p.SID || current.UserID != account.UserID {
		return nil
	}
	return &current
}

// Resume goes on with a parked request after a redirect or a reload: nothing
// new is said, so it is either answered now or asked as before.
func (s *Service) Resume(ctx context.Context, sealed string, b Browser) Outcome {
	f, refused := s.open(ctx, sealed, b)
	if refused != nil {
		return *refused
	}
	if f.Step == silent.StepFactor {
		return s.resumeFactor(ctx, f, b)
	}
	return s.decide(ctx, f.q, b, f.Done)
}

// ask shapes a question, at the host where people are asked. draft brings what went
// wrong with the last answer.
func (s *Service) ask(ctx context.Context, q *request, b Browser, current *session.Session, done progress, draft Ask) Outcome {
	if s.Host != "" {
		return s.elsewhere(q, b, done, draft.Step)
	}
	if at := s.departAtOnce(q, b, &draft); at != nil {
		if b.Binding == "" || hasty(ctx, at) {
			return s.toOurs(q, b)
		}
		return s.depart(ctx, q, b, done, trip{parked: s.parkedOf(q, b, draft, done, current)}, at)
	}
	out := Outcome{ClientID: q.client.ID}
	draft.Client, draft.To, draft.Origin, draft.Locales = q.client, q.redirect, q.origin, q.params.Get(uiLocales)
	if draft.Step == silent.StepConsent && done.ruling != nil {
		done.Ruled = s.shelve(ctx, done.ruling)
	}
	parked := s.parkedOf(q, b, draft, done, current)
	draft.Parked = sealed(s.sealer, parked)
	if draft.Login == "" {
		draft.Login = q.loginHint
	}
	if current != nil {
		out.SID, out.UserID = current.SID, current.UserID
		draft.Again = draft.Step == silent.StepLogin
		user, _ := s.holderOf(current)
		draft.Account = AccountOf(user)
		if !s.confirms(&user) {
			draft.Confirm = false
		} else if draft.Confirm && draft.Login == "" {
			draft.Login = user.Username
		}
		draft.Remember = draft.Remember || b.of(q.client.SSOGroup, current.UserID).Kept && draft.Problem == ProblemNone
	}
	switch draft.Step {
	case silent.StepLogin:
		draft.MayRemember = s.Sessions.CanRemember(q.client.SSOGroup)
		draft.Upstreams, draft.ByDomain = s.Upstreams.All(), s.Upstreams.HasDomains()
		draft.Passkey = s.passkeyFor(parked.ID)
	case silent.StepSelect:
		draft.Choices = s.choices(draft.offered)
	}
	if draft.Step == silent.StepConsent {
		draft.Scopes = q.permissions()
	}
	out.Ask = &draft
	return out
}

// AccountOf is how users recognize their account.
func AccountOf(u login.User) Account {
	name, _ := u.Claims["name"].(string)
	email, _ := u.Claims["email"].(string)
	if name == "" {
		name = u.Username
	}
	if email == "" && name != u.Username {
		email = u.Username
	}
	return Account{Name: name, Detail: email}
}

// permissions are what a consent page shows.
func (q *request) permissions() []Permission {
	var list []Permission
	for audience, scope := range q.needs.All() {
		p := Permission{Scope: scope}
		if audience != "" {
			api := q.set.API(audience)
			p.Text, p.API = cmp.Or(api.Scopes[scope], scope), api.Name
		}
		list = append(list, p)
	}
	return list
}
