package web

import (
	"net/http"
	"slices"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/internal/logout"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/web/page"
)

// endSession is the logout endpoint, by GET and by POST (OpenID Connect
// RP-Initiated Logout 1.0 section 2).
func (s *Server) endSession(w http.ResponseWriter, r *http.Request) error {
	read := query
	if r.Method == http.MethodPost {
		read = form
	}
	params, err := read(r)
	if err != nil {
		return err
	}
	// A POST of another site's page carries no form cookie, and on localhost no
	// SSO cookie either: by GET the browser sends both. The ID token stays out of
	// the address.
	moves := r.Method == http.MethodPost && s.cookies.binding(r) == "" && mayActOnSignOut(r)
	if !moves && !s.actsOnSignOut(r) {
		return errNotAWindow
	}
	q, err := s.Logout.Read(r.Context(), params)
	if err != nil {
		return unsure(err)
	}
	q.Federated = q.Federated || r.URL.Query().Has(paramFederated)
	if moves {
		n := recordOf(r)
		n.client, n.result = q.ClientID, "asked"
		w.Header().Set("Location", s.url(confirmPath)+"?"+resumption(page.Parked{Request: s.Logout.Park(q, ""), Locales: s.asked(r)}))
		w.WriteHeader(http.StatusSeeOther)
		return nil
	}
	return s.signOut(w, r, q)
}

// resumeSignOut goes on with a request that was moved into the address.
func (s *Server) resumeSignOut(w http.ResponseWriter, r *http.Request) error {
	params, err := query(r)
	if err != nil {
		return err
	}
	if !s.actsOnSignOut(r) {
		return errNotAWindow
	}
	q, err := s.Logout.Open(params.Get("request"))
	if err != nil {
		return err
	}
	return s.signOut(w, r, q)
}

// confirmSignOut takes the answer of a person who was asked: every session of the
// browser ends. An answer to a question that another browser was asked is none.
func (s *Server) confirmSignOut(w http.ResponseWriter, r *http.Request) error {
	params, err := form(r)
	if err != nil {
		return err
	}
	q, err := s.Logout.Open(params.Get("request"))
	if err != nil {
		return err
	}
	recordOf(r).client = q.ClientID
	if params.Get("confirm") == "" || q.Binding == "" || q.Binding != s.cookies.binding(r) {
		return s.signOut(w, r, q)
	}
	accounts, _ := s.cookies.read(r)
	at, err := s.Authorize.SignedInThere(r.Context(), accounts, q.Federated)
	if err != nil {
		return unsure(err)
	}
	ended, err := s.endSessions(w, r)
	if err != nil {
		return err
	}
	return s.leave(w, r, q, ended, at)
}

// signOut ends what the request may end, or asks.
func (s *Server) signOut(w http.ResponseWriter, r *http.Request, q logout.Request) error {
	n := recordOf(r)
	n.client, n.cause = q.ClientID, q.Cause
	accounts, _ := s.cookies.read(r)
	var ended []session.Ended
	var at *authorize.There
	d, err := s.Logout.Decide(r.Context(), q, accounts)
	if err == nil && len(d.Ask) == 0 {
		at, err = s.Authorize.SignedInThere(r.Context(), d.End, q.Federated)
	}
	switch {
	case err != nil:
		return unsure(err)
	case len(d.Ask) > 0:
		return s.askToSignOut(w, r, q, d.Ask)
	case len(d.End) == 0 || d.All:
		// Where nobody is signed in this tidies the cookie up.
		ended, err = s.endSessions(w, r)
	default:
		// The cookie stays for the others; what ended in it opens nothing.
		if ended, err = s.end(r, d.End); err == nil {
			s.cookies.state.write(w, without(accounts, d.End))
		}
	}
	if err != nil {
		return err
	}
	return s.leave(w, r, q, ended, at)
}

// askToSignOut shows the question, in a form of this browser.
func (s *Server) askToSignOut(w http.ResponseWriter, r *http.Request, q logout.Request, accounts []authorize.Account) error {
	recordOf(r).result = "asked"
	v := s.visit(r)
	if v.formCookie != nil {
		http.SetCookie(w, v.formCookie)
	}
	c, _, _ := s.Logout.App(r.Context(), q)
	locales := s.asked(r)
	view := page.SignOut{
		Base: s.base, Action: s.base + confirmPath, Parked: page.Parked{Request: s.Logout.Park(q, v.Binding), Locales: locales},
	}
	if known(c) {
		view.Client = c.Name
	}
	for _, a := range accounts {
		if a.Name != "" && !slices.Contains(view.Accounts, a.Name) {
			view.Accounts = append(view.Accounts, a.Name)
		}
	}
	return show(w, s.editionIn(locales, r), http.StatusOK, leavesUs, view)
}

// leave goes back to the app, or shows that the user is signed out and why the
// browser stays.
func (s *Server) leave(w http.ResponseWriter, r *http.Request, q logout.Request, ended []session.Ended, at *authorize.There) error {
	c, to, leaves := s.Logout.App(r.Context(), q)
	d := departure{app: c, ended: ended}
	switch {
	case leaves && q.State != "":
		d.to = withQuery(to, []oauth.Param{{Name: "state", Value: q.State}})
	case leaves:
		d.to = to.String()
	case q.Problem == logout.ProblemAddress:
		d.notice = noticeAddress
	case q.Problem == logout.ProblemHint:
		d.notice = "signedout.hint"
	}
	return s.departBy(w, r, d, q, at)
}

// without are the accounts of a browser that did not end.
func without(accounts, ended []authorize.SignedIn) []authorize.SignedIn {
	return slices.DeleteFunc(slices.Clone(accounts), func(a authorize.SignedIn) bool { return slices.Contains(ended, a) })
}
