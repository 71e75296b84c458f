package web

import (
	"context"
	"maps"
	"net/http"
	"slices"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/internal/audit"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/silent"
)

// deeds are what an authorization request did and was refused, for the audit log.
type deeds struct {
	judged   bool // there is an outcome
	signedIn bool
	agreed   bool // to what an app may do
	enrolled bool // added a second factor
	granted  bool // an app got something
	tried    bool // to sign in, in vain
	refused  *oauth.Error
}

func deedsOf(out *authorize.Outcome) deeds {
	d := deeds{judged: true, signedIn: out.SignedIn, agreed: out.Agreed, enrolled: out.Enrolled, refused: out.Fault}
	switch {
	case out.Answer != nil:
		d.granted, d.refused = out.Answer.Err == nil, out.Answer.Err
	case out.Ask != nil:
		d.tried = out.Ask.Problem != authorize.ProblemNone
	}
	return d
}

// audited notes what a handler did before anybody learns of it. Where that cannot be
// written, and nothing may be given without, the answer is an error in place of the
// handler's.
func (s *Server) audited(h handler) handler {
	if s.Audit == nil {
		return h
	}
	return func(w http.ResponseWriter, r *http.Request) error {
		a := &auditor{ResponseWriter: w, s: s, r: r, before: maps.Clone(w.Header())}
		err := h(a, r)
		switch {
		case a.unwritten != nil:
			return a.failed()
		case err != nil && !a.noted:
			a.note(public(err))
			return err
		case err == nil && !a.noted:
			a.WriteHeader(http.StatusOK)
			return a.failed()
		}
		return err
	}
}

// auditor holds the answer back until what it tells of is noted.
type auditor struct {
	http.ResponseWriter
	s         *Server
	r         *http.Request
	before    http.Header
	noted     bool
	unwritten error
}

// failed is the error in place of an answer that was not noted, nil where it was. What
// the handler said in headers is taken back.
func (a *auditor) failed() error {
	if a.unwritten == nil {
		return nil
	}
	clear(a.Header())
	maps.Copy(a.Header(), a.before)
	return silent.Unwritten(a.unwritten)
}

// note notes what was done; refused is what the handler returns.
func (a *auditor) note(refused *oauth.Error) {
	a.noted = true
	for _, e := range a.s.events(a.r, refused) {
		if !gives(e) {
			a.s.Audit.Note(e)
		} else if err := a.s.Audit.Commit(a.r.Context(), e); err != nil {
			a.unwritten = err
		}
	}
}

// WriteHeader implements http.ResponseWriter.
func (a *auditor) WriteHeader(status int) {
	if !a.noted {
		a.note(nil)
	}
	if a.unwritten == nil {
		a.ResponseWriter.WriteHeader(status)
	}
}

// Write implements http.ResponseWriter.
func (a *auditor) Write(b []byte) (int, error) {
	if !a.noted {
		a.note(nil)
	}
	if a.unwritten != nil {
		return len(b), nil // another answer follows
	}
	return a.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (a *auditor) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// gives tells whether somebody gets something by it.
func gives(e audit.Event) bool {
	return e.Result == audit.OK && slices.Contains([]audit.Kind{
		audit.SignIn, audit.Grant, audit.Renewal, audit.Token, audit.ConsentGiven, audit.Password, audit.Factor, audit.Registration,
	}, e.Kind)
}

// events are what a request did. refused is what its handler returned, where the record
// does not say so yet.
func (s *Server) events(r *http.Request, refused *oauth.Error) (list []audit.Event) {
	n := recordOf(r)
	base := n.event(s.Authorize.Host)
	add := func(kind audit.Kind, result, reason string) {
		e := base
		e.Kind, e.Result, e.Reason = kind, result, reason
		list = append(list, e)
	}
	if refused == nil && n.deeds.refused != nil {
		refused = n.deeds.refused
	}
	if n.deeds.signedIn {
		add(audit.SignIn, audit.OK, "")
	}
	if n.deeds.enrolled {
		add(audit.Factor, audit.OK, "factor_added")
	}
	if n.deeds.agreed {
		add(audit.ConsentGiven, audit.OK, "")
	}
	switch {
	case refused != nil:
		if kind := n.refusedAs(refused); kind != "" {
			add(kind, refused.Code, refused.Reason)
		}
	case n.deeds.granted && n.silent:
		add(audit.Renewal, audit.OK, "")
	case n.deeds.granted:
		add(audit.Grant, audit.OK, "")
	case n.deeds.tried && n.endpoint == "factor":
		add(audit.FactorRefused, "refused", n.reason)
	case n.deeds.tried:
		add(audit.SignInRefused, "refused", n.reason)
	case !n.deeds.judged:
		if kind, result, reason := n.done(r.Method); kind != "" {
			add(kind, result, reason)
		}
	}
	return list
}

// event is what every event of the request says.
func (n *record) event(host string) audit.Event {
	e := audit.Event{
		User: n.user, Client: n.client, Session: n.sid, Request: n.id, Endpoint: n.endpoint, Host: host, Rule: n.rule, Detail: n.detail,
	}
	if n.address.IsValid() {
		e.Address = n.address.String()
	}
	return e
}

// refusedAs names what came to nothing; "" for what is not noted.
func (n *record) refusedAs(refused *oauth.Error) audit.Kind {
	switch {
	case refused.Code == oauth.InvalidClient:
		return audit.ClientRefused
	case refused.Reason == string(silent.ConsentDeclined):
		return audit.ConsentDeclined
	case n.deeds.judged && n.silent:
		return audit.RenewalRefused
	case n.deeds.judged:
		return audit.Refusal
	}
	switch n.endpoint {
	case "authorize", "login", "consent", "fedcm_assertion", "par":
		return audit.Refusal
	case "callback":
		return audit.SignInRefused
	case "token":
		return audit.TokenRefused
	case "password":
		return audit.PasswordRefused
	case "factor", "account_factors":
		return audit.FactorRefused
	case "register", "registration":
		return audit.Registration
	}
	return ""
}

// done names what a request did that is none of authorization; "" for what is not noted.
func (n *record) done(method string) (kind audit.Kind, result, reason string) {
	switch {
	case n.endpoint == "token":
		return audit.Token, audit.OK, ""
	case n.endpoint == "revoke":
		return audit.TokenRevoked, audit.OK, ""
	case n.endpoint == "fedcm_disconnect":
		return audit.ConsentRevoked, audit.OK, ""
	case n.result == "password_changed":
		return audit.Password, audit.OK, ""
	case n.endpoint == "password" && n.result == "asked" && n.reason != "":
		return audit.PasswordRefused, "refused", n.reason
	case n.endpoint == "account_factors" && factorChanges[n.result]:
		return audit.Factor, audit.OK, n.result
	case n.endpoint == "account_factors" && n.result == "asked" && n.reason != "":
		return audit.FactorRefused, "refused", n.reason
	case n.endpoint == "register", n.endpoint == "registration" && method != http.MethodGet:
		return audit.Registration, audit.OK, registrations[method]
	}
	return "", "", ""
}

// factorChanges are what people do to their second factors.
var factorChanges = map[string]bool{"factor_added": true, "factor_removed": true, "factor_renamed": true, "recovery_renewed": true}

// registrations say what was done to one.
var registrations = map[string]string{http.MethodPost: "registered", http.MethodPut: "changed", http.MethodDelete: "deleted"}

// Origin tells who asked for what is done in a context of ours: the event has no kind
// yet.
func Origin(ctx context.Context) audit.Event {
	n, ok := ctx.Value(recordKey{}).(*record)
	if !ok {
		return audit.Event{}
	}
	return n.event("")
}
