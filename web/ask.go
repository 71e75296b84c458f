package web

import (
	"cmp"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/silent"
	"github.com/hush-sso/hush/web/page"
)

// maxParkedURL is how long a parked request may be to travel in an address.
const maxParkedURL = 16 << 10

var askNames = map[silent.Step]string{
	silent.StepSelect:  "select",
	silent.StepLogin:   "login",
	silent.StepFactor:  "factor",
	silent.StepConsent: "consent",
}

// ask shows the page for a question, in the browser's own window.
func (s *Server) ask(w http.ResponseWriter, r *http.Request, v visit, out authorize.Outcome) error {
	ask := out.Ask
	path := "login"
	switch ask.Step {
	case silent.StepConsent:
		path = "consent"
	case silent.StepFactor:
		path = factorPath
	}
	locales := cmp.Or(s.asked(r), s.Brand.Named(ask.Locales))
	// After a sign-in the address changes, so that a reload or the history
	// holds no password. Where the form cookie was held back, a page of ours
	// that gets it must come first.
	moved := out.SignedIn || v.Binding == "" || firstFactor(ask)
	if moved && len(ask.Parked) <= maxParkedURL && r.Method == http.MethodPost {
		w.Header().Set("Location", s.url(path)+"?"+resumption(page.Parked{Request: ask.Parked, Locales: locales}))
		w.WriteHeader(http.StatusSeeOther)
		return nil
	}
	if v.formCookie != nil {
		http.SetCookie(w, v.formCookie)
	}
	if ask.Wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(seconds(ask.Wait)))
	}
	e := s.editionIn(locales, r)
	passkey, policy := passkeyOf(ask)
	return show(w, e, problems[ask.Problem].status, leavesUs, s.question(ask, e, locales, s.base+path, passkey), policy...)
}

// resumption is the query of an address that goes on with a parked request.
func resumption(p page.Parked) string {
	q := "request=" + url.QueryEscape(p.Request)
	if p.Locales != "" {
		q += "&" + paramLocales + "=" + url.QueryEscape(p.Locales)
	}
	return q
}

// question is the page for a step.
func (s *Server) question(ask *authorize.Ask, e *page.Edition, locales, action string, passkey page.Passkey) page.View {
	parked := page.Parked{Request: ask.Parked, Locales: locales}
	switch ask.Step {
	case silent.StepConsent:
		return consentView(s.base, action, ask, e, parked)
	case silent.StepFactor:
		return factorView(s.base, action, ask, e, parked, passkey)
	case silent.StepSelect:
		return page.Select{
			Base: s.base, Action: action, Parked: parked, Client: ask.Client.Name, Stranger: stranger(ask),
			Accounts: choices(ask),
		}
	default:
		return page.Login{
			Base: s.base, Action: action, Parked: parked, Client: ask.Client.Name, Stranger: stranger(ask),
			Username: ask.Login, Error: problemText(ask, e), Notice: notice(ask, e),
			Wrong: ask.Problem == authorize.ProblemCredentials, Remember: ask.MayRemember, Ticked: ask.Remember,
			Connections: connections(ask), ByDomain: ask.ByDomain, Passkey: passkey,
		}
	}
}

// choices number the accounts from 1, as Choose takes them.
func choices(ask *authorize.Ask) []page.Choice {
	list := make([]page.Choice, len(ask.Choices))
	for i, c := range ask.Choices {
		list[i] = page.Choice{Value: strconv.Itoa(i + 1), Name: c.Name, Detail: c.Detail, Over: c.Over}
	}
	return list
}

// again is what becomes of a question that is asked a second time.
type again struct {
	status int
	reason string // in log and metric: it tells a guessed password from an opened form
	text   string // key of what the page says; "" where the answer fills it in
}

var problems = map[authorize.Problem]again{
	authorize.ProblemNone:        {status: http.StatusOK},
	authorize.ProblemCredentials: {http.StatusUnauthorized, "credentials", "problem.credentials"},
	authorize.ProblemDisabled:    {http.StatusUnauthorized, "disabled", "problem.disabled"},
	authorize.ProblemStore:       {http.StatusServiceUnavailable, string(silent.StoreUnavailable), "problem.store"},
	authorize.ProblemBusy:        {http.StatusServiceUnavailable, "busy", "problem.busy"},
	authorize.ProblemForm:        {http.StatusOK, "form", "problem.form"},
	authorize.ProblemFull:        {http.StatusForbidden, "sessions_full", "problem.full"},
	authorize.ProblemAway:        {http.StatusServiceUnavailable, "upstream_away", "problem.away"},
	authorize.ProblemRefused:     {http.StatusOK, "upstream_refused", "problem.refused"},
	authorize.ProblemUpstream:    {http.StatusBadGateway, "upstream_answer", "problem.upstream"},
	authorize.ProblemStale:       {http.StatusForbidden, "upstream_stale", "problem.stale"},
	authorize.ProblemStranger:    {http.StatusForbidden, "upstream_stranger", "problem.stranger"},
	authorize.ProblemCode:        {http.StatusUnauthorized, "factor_wrong", "problem.code"},
	authorize.ProblemPasskey:     {http.StatusUnauthorized, "passkey", "problem.passkey"},
	authorize.ProblemCodeUsed:    {http.StatusUnauthorized, "factor_used", "problem.code.used"},
	authorize.ProblemThrottled:   {http.StatusTooManyRequests, "throttled", ""},
}

func problemText(ask *authorize.Ask, e *page.Edition) string {
	if ask.Problem == authorize.ProblemThrottled {
		return throttledText(seconds(ask.Wait), e)
	}
	if key := problems[ask.Problem].text; key != "" {
		return e.Text(key, "connection", ask.Connection)
	}
	return ""
}

// throttledText counts in minutes from two on.
func throttledText(n int, e *page.Edition) string {
	switch {
	case n <= 1:
		return e.Text("problem.throttled.second")
	case n < 120:
		return e.Text("problem.throttled.seconds", "count", strconv.Itoa(n))
	}
	return e.Text("problem.throttled.minutes", "count", strconv.Itoa((n+59)/60))
}

// seconds rounds up: who comes back then is not too early.
func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

func notice(ask *authorize.Ask, e *page.Edition) string {
	switch {
	case ask.Problem != authorize.ProblemNone || !ask.Again:
		return ""
	case ask.Confirm:
		return e.Text("login.confirm")
	}
	return e.Text("login.again")
}

func consentView(base, action string, ask *authorize.Ask, e *page.Edition, parked page.Parked) page.Consent {
	view := page.Consent{
		Base: base, Action: action, Parked: parked, Client: ask.Client.Name,
		ClientHost: host(cmp.Or(ask.Origin, ask.To.Origin())), Stranger: stranger(ask),
		Account: ask.Account.Name,
		Back:    base + "login?account=other&" + resumption(parked),
		Site:    ask.Client.ClientURI, Policy: ask.Client.PolicyURI, Terms: ask.Client.TOSURI,
	}
	if ask.Client.Logo != nil {
		view.Logo = base + "logo/" + ask.Client.Logo.Name
	}
	for _, p := range ask.Scopes {
		view.Permissions = append(view.Permissions, page.Permission{Text: permissionText(p, e), Scope: p.Scope, API: p.API})
	}
	return view
}

// stranger is where an app that registered itself takes people back to, "" for
// any other app: its name is its own choice, its address is not.
func stranger(ask *authorize.Ask) string {
	if !ask.Client.Unverified {
		return ""
	}
	return strings.TrimSuffix(host(cmp.Or(ask.Origin, ask.To.Place())), ":")
}

// host is an origin as people know it.
func host(origin string) string {
	return strings.TrimPrefix(strings.TrimPrefix(origin, "https://"), "http://")
}

// scopeTexts are the keys of what the scopes of OpenID Connect permit.
var scopeTexts = map[string]string{
	"openid": "scope.openid", "profile": "scope.profile", "email": "scope.email", "address": "scope.address",
	"phone": "scope.phone", "offline_access": "scope.offline_access",
}

// permissionText is a permission in the person's language. What the scopes of an
// API permit is the operator's to say.
func permissionText(p authorize.Permission, e *page.Edition) string {
	switch {
	case p.API == "":
		return e.Text(scopeTexts[p.Scope])
	case p.Scope == "":
		return e.Text("permission.api")
	}
	return p.Text
}
