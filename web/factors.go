package web

import (
	"net/http"
	"strconv"
	"time"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/internal/account"
	"github.com/hush-sso/hush/internal/factor"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/silent"
	"github.com/hush-sso/hush/web/page"
)

var errNoFactors = oauth.Errorf(oauth.AccessDenied, "There are no second factors at this provider.")

// factors shows the page about one's second factors.
func (s *Server) factors(w http.ResponseWriter, r *http.Request) error {
	params, err := query(r)
	if err != nil {
		return err
	}
	v := s.visit(r)
	who, visitors, err := s.visitor(w, r, v, params)
	if err != nil || who == nil {
		return err
	}
	view := page.Factors{Back: s.accountLink(accountPath, *who, visitors), Notice: s.told(s.edition(r), v, params, "")}
	return s.showFactors(w, r, v, *who, http.StatusOK, view)
}

// showFactors fills in what a view does not say yet.
func (s *Server) showFactors(w http.ResponseWriter, r *http.Request, v visit, who account.Visitor, status int, view page.Factors) error {
	if !s.Account.HasFactors() {
		return errNoFactors
	}
	set, may, err := s.Account.Factors(r.Context(), who)
	if err != nil {
		return silent.Unavailable(err)
	}
	e := s.edition(r)
	request, ceremony := s.Account.PasskeyForm(who, v.Binding, &set)
	view.Base, view.Action, view.Parked = s.base, s.base+factorsPath, page.Parked{Request: request, Locales: s.asked(r)}
	view.Account = authorize.AccountOf(who.User).Name
	if view.Back == "" {
		view.Back = s.accountLink(accountPath, who, nil)
	}
	var policy []string
	switch {
	case !may:
		view.Confirm = s.confirmLink(who)
	case view.Token == "":
		view.Passkey, policy = passkeyView(ceremony)
	}
	listFactors(&view, e, &set, who.Now)
	if v.formCookie != nil {
		http.SetCookie(w, v.formCookie)
	}
	return show(w, e, status, "'self'", view, policy...)
}

// confirmLink is the sign-in form that comes before changes of what one signs in with.
func (s *Server) confirmLink(who account.Visitor) string {
	return s.base + factorsLoginPath + queryOf("login_hint", who.User.Username)
}

// listFactors says what the visitor has.
func listFactors(view *page.Factors, e *page.Edition, set *factor.Set, now time.Time) {
	had := func(id, name string, made time.Time) page.Had {
		return page.Had{ID: id, Name: name, When: e.Text("factors.when", "since", ago(e, now.Sub(made)))}
	}
	for _, p := range set.Passkeys {
		view.Passkeys = append(view.Passkeys, had(p.ID, p.Name, p.Made))
	}
	for _, a := range set.Apps {
		view.Apps = append(view.Apps, had(a.ID, "", a.Made))
	}
	if set.Has() {
		view.Left = e.Text("factors.left", "count", strconv.Itoa(len(set.Recovery)))
	}
}

// backToFactors leads to the page, so that a reload sends no form again.
func (s *Server) backToFactors(w http.ResponseWriter, r *http.Request, v visit, who account.Visitor, told string) error {
	pairs := []string{paramAs, s.Account.Mark(paramAs, who.User.ID), paramTold, s.Account.Mark(paramTold+v.Binding, told)}
	if locales := s.asked(r); locales != "" {
		pairs = append(pairs, paramLocales, locales)
	}
	w.Header().Set("Location", s.url(factorsPath)+queryOf(pairs...))
	w.WriteHeader(http.StatusSeeOther)
	return nil
}
