package web

import (
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"

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
	view.Base, view.Action, view.Parked = s.base, s.base+factorsPath, s.accountForm(r, v, who)
	view.Account = authorize.AccountOf(who.User).Name
	if view.Back == "" {
		view.Back = s.accountLink(accountPath, who, nil)
	}
	if !may {
		view.Confirm = s.base + factorsLoginPath + queryOf("login_hint", who.User.Username)
	}
	for _, a := range set.Apps {
		view.Apps = append(view.Apps, page.Had{ID: a.ID, When: e.Text("factors.when", "since", ago(e, who.Now.Sub(a.Made)))})
	}
	if set.Has() {
		view.Left = e.Text("factors.left", "count", strconv.Itoa(len(set.Recovery)))
	}
	if v.formCookie != nil {
		http.SetCookie(w, v.formCookie)
	}
	return show(w, e, status, "'self'", view)
}

// changeFactors takes a form of that page.
func (s *Server) changeFactors(w http.ResponseWriter, r *http.Request) error {
	params, v, who, err := s.accountAnswer(w, r)
	if err != nil || who == nil {
		return err
	}
	if !s.Account.HasFactors() {
		return errNoFactors
	}
	var view page.Factors
	ctx, n, done := r.Context(), recordOf(r), ""
	switch secret := params.Get("secret"); {
	case secret != "":
		var plain []byte
		if plain, err = hex.DecodeString(s.Account.Marked(s.appOf(*who, v), secret)); err != nil || len(plain) == 0 {
			err = account.ErrForm
			break
		}
		view.Token, done = secret, "factor_added"
		view.Recovery, err = s.Account.AddApp(ctx, *who, plain, params.Get("code"))
		s.offerApp(&view, *who, plain)
	case params.Get("remove") != "":
		done, err = "factor_removed", s.Account.RemoveFactor(ctx, *who, params.Get("remove"))
	case params.Get("action") == "recovery":
		done = "recovery_renewed"
		view.Recovery, err = s.Account.RenewRecovery(ctx, *who)
	case params.Get("action") == "add":
		var plain []byte
		if plain, err = s.Account.NewApp(ctx, *who); err == nil {
			view.Token = s.Account.Mark(s.appOf(*who, v), hex.EncodeToString(plain))
			s.offerApp(&view, *who, plain)
			return s.showFactors(w, r, v, *who, http.StatusOK, view)
		}
	}
	if err == nil && done != "" {
		n.result = done
		if view.Recovery != nil {
			return s.showFactors(w, r, v, *who, http.StatusOK, page.Factors{Recovery: view.Recovery})
		}
		return s.backToFactors(w, r, v, *who, "factors.told")
	}
	return s.factorsRefused(w, r, v, *who, view, err)
}

// factorsRefused shows the page again, and what was wrong.
func (s *Server) factorsRefused(w http.ResponseWriter, r *http.Request, v visit, who account.Visitor, view page.Factors, err error) error {
	e, n, status := s.edition(r), recordOf(r), http.StatusUnprocessableEntity
	n.result, n.reason = "asked", "form"
	switch {
	case errors.Is(err, account.ErrNotRecent):
		view, status, n.reason = page.Factors{}, http.StatusForbidden, "not_recent"
		view.Error = e.Text("factors.recent")
	case errors.Is(err, factor.ErrUsed), errors.Is(err, factor.ErrWrong) && view.Token != "":
		view.Error, n.reason = e.Text("problem.code"), "factor_wrong"
	case errors.Is(err, factor.ErrTooMany):
		view = page.Factors{Error: e.Text("factors.many")}
	case err == nil, errors.Is(err, account.ErrForm), errors.Is(err, factor.ErrWrong):
		view = page.Factors{Error: e.Text("account.form")}
	default:
		return silent.Unavailable(err)
	}
	return s.showFactors(w, r, v, who, status, view)
}

// appOf is what the secret of an app to be added is bound to.
func (s *Server) appOf(who account.Visitor, v visit) string {
	return "app " + v.Binding + " " + who.User.ID
}

func (s *Server) offerApp(view *page.Factors, who account.Visitor, secret []byte) {
	view.Secret = factor.SecretText(secret)
	view.Picture = pictureOf(factor.SecretURL(secret, s.Authorize.Factors.Name, who.User.Username))
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
